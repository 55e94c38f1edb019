import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { renderYaml } from '../../../../observability/render-yaml.ts'
import { noPrometheus } from '../../../../observability/testing/real-prometheus.ts'
import { openPrometheus } from '../../../prometheus/open-prometheus.ts'
import type { RenderObservers } from '../../platform.ts'
import { openProcessTable, type ProcessTable } from '../processes.ts'
import { createStateDirectories, type StatePaths, statePaths } from '../state-paths.ts'
import { interruptedAfter } from '../testing/interrupted-after.ts'
import { observerPaths } from './observer-paths.ts'
import { ensureObservers, runningObservers, stopObservers } from './observers.ts'

const never = new AbortController().signal
let directory: string
let paths: StatePaths
let table: ProcessTable

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-observers-'))
  paths = statePaths({ repository: directory, environment: 'local', variables: {} })
  await createStateDirectories(paths)
  table = openProcessTable(paths.processes)
})
afterEach(() => stopObservers({ paths, table, signal: never }))
afterAll(() => rm(directory, { recursive: true, force: true }))

const rendered =
  (...alerts: readonly string[]): RenderObservers =>
  ({ prometheus, alertmanager }) => {
    const config = {
      rule_files: ['rules/*.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      scrape_configs: [{ job_name: 'itself', scrape_interval: '1s', static_configs: [{ targets: [prometheus] }] }],
    }
    const rules = (alert: string) => ({ groups: [{ name: alert, rules: [{ alert, expr: 'vector(1)' }] }] })
    return [
      { path: 'prometheus/prometheus.yml', text: renderYaml(config) },
      ...alerts.map((alert) => ({ path: `prometheus/rules/${alert}.yml`, text: renderYaml(rules(alert)) })),
      {
        path: 'alertmanager/alertmanager.yml',
        text: renderYaml({ route: { receiver: 'a' }, receivers: [{ name: 'a' }] }),
      },
    ]
  }

const ensure = (render = rendered(), signal = never) =>
  ensureObservers({ paths, table, path: process.env.PATH, render, signal })

const rulesOf = async (url: string) => {
  const answer = await fetch(`${url}/api/v1/rules`)
  return (await answer.text()).match(/"name":"[a-z]+","query"/g)
}

test('where the programs are not on PATH it is refused with what to install, before anything is written', async () => {
  const refused = ensureObservers({ paths, table, path: '/nowhere', render: rendered(), signal: never })
  await expect(refused).rejects.toMatchObject({ code: 'TOOL_MISSING', outcome: 'refused' })
  await expect(refused).rejects.toMatchObject({ fix: [expect.stringContaining('prometheus')] })
  expect(await readdir(paths.observability).catch(() => 'nothing')).toBe('nothing')
})

const title = `the real programs${noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`}`
describe.skipIf(noPrometheus !== null)(title, () => {
  test('both are started once, know each other, and another command finds them', async () => {
    const first = await ensure()
    expect([first.prometheus.state, first.alertmanager.state]).toEqual(['started', 'started'])
    const again = await ensureObservers({
      ...{ paths, table: openProcessTable(paths.processes), path: process.env.PATH, signal: never },
      render: rendered(),
    })
    expect(again).toEqual({
      prometheus: { url: first.prometheus.url, state: 'running' },
      alertmanager: { url: first.alertmanager.url, state: 'running' },
    })
    expect((await table.list()).processes).toHaveLength(2)
    const configuration = join(observerPaths(paths).configuration, 'prometheus/prometheus.yml')
    expect(await readFile(configuration, 'utf8')).toContain(new URL(first.alertmanager.url).host)
  })

  test('what runs is told of new rules, and a rule that is gone fires no more', async () => {
    const { prometheus } = await ensure(rendered('early', 'late'))
    expect(await rulesOf(prometheus.url)).toEqual(['"name":"early","query"', '"name":"late","query"'])
    await ensure(rendered('late'))
    expect(await rulesOf(prometheus.url)).toEqual(['"name":"late","query"'])
  })

  test('what cannot be taken is said in its own words, and what ran goes on', async () => {
    const { prometheus } = await ensure(rendered('good'))
    const broken: RenderObservers = (place) =>
      rendered()(place).map((file) => (file.path.startsWith('prometheus/') ? { ...file, text: 'scrape: 1' } : file))
    await expect(ensure(broken)).rejects.toMatchObject({ code: 'OBSERVER_NOT_RELOADED', outcome: 'failed' })
    expect(await rulesOf(prometheus.url)).toEqual(['"name":"good","query"'])
    await stopObservers({ paths, table, signal: never })
    const failed = ensure(broken)
    await expect(failed).rejects.toMatchObject({ code: 'OBSERVER_NOT_STARTED' })
    await expect(failed).rejects.toMatchObject({
      why: expect.arrayContaining([expect.stringContaining('field scrape not found')]),
    })
    expect(await runningObservers(table)).not.toHaveProperty('prometheus')
  })

  test('killed, it comes back under the same address with what it had measured', async () => {
    const { prometheus } = await ensure()
    const asked = openPrometheus({ url: prometheus.url, signal: never })
    await expect.poll(() => asked.query('up'), { timeout: 15_000, interval: 100 }).toHaveLength(1)
    const before = (await asked.query('up'))[0]?.atSeconds ?? 0
    for (const { record } of (await table.list()).processes) process.kill(record.processId, 'SIGKILL')
    for (const { record } of (await table.list()).processes) await table.watchExit(record, never)
    expect(await ensure()).toMatchObject({ prometheus: { ...prometheus, state: 'started' } })
    expect(await asked.query('up', new Date(before * 1000))).toHaveLength(1)
  })

  test('another port is taken where the last one is in use', async () => {
    const first = await ensure()
    await stopObservers({ paths, table, signal: never })
    const stranger = createServer()
    const port = Number(new URL(first.prometheus.url).port)
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
    const second = await ensure()
    expect(second.prometheus.url).not.toBe(first.prometheus.url)
    expect(await readFile(join(observerPaths(paths).configuration, 'prometheus/prometheus.yml'), 'utf8')).toContain(
      new URL(second.prometheus.url).host,
    )
    await new Promise((resolve) => stranger.close(resolve))
  })

  test('one that a killed shopctl started and did not write down is ended, and another one started', async () => {
    await ensure()
    for (const { record } of (await table.list()).processes) await table.forget(record.id)
    expect(await runningObservers(table)).toEqual({})
    expect((await ensure()).prometheus.state).toBe('started')
    expect((await table.findUntracked()).processes).toEqual([])
  })

  test('an interrupted start leaves nothing', async () => {
    await expect(ensure(rendered(), interruptedAfter(5))).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect((await table.findUntracked()).processes).toEqual([])
    expect(await runningObservers(table)).toEqual({})
  })

  test('ending says which of them ran', async () => {
    await ensure()
    expect(await stopObservers({ paths, table, signal: never })).toEqual(['prometheus', 'alertmanager'])
    expect(await stopObservers({ paths, table, signal: never })).toEqual([])
  })
})
