import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { noPrometheus } from '../../observability/testing/real-prometheus.ts'
import { type ObserveResult, observeResultSchema } from '../flows/observe.ts'
import { sloReportSchema } from '../flows/slo.ts'
import { topLookSchema } from '../flows/top.ts'
import { documentOf } from './published-schemas.ts'
import type { CommandResult } from './running-command.ts'
import { escapeCode, linesLeft } from './screen.ts'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop?.close())

const run = (words: string) => shop.run(words.split(' '))

const answerOf = (result: CommandResult): unknown => {
  const document = documentOf(result)
  return document.ok ? document.result : expect.fail(JSON.stringify(document.error))
}

const observe = async (): Promise<ObserveResult> => {
  const result = await run('observe --env local --json')
  expect(result.code, result.stderr).toBe(0)
  return observeResultSchema.parse(answerOf(result))
}

const targetsSchema = z.array(z.object({ labels: z.object({ service: z.string(), pod: z.string() }) }))

/** By service, as Prometheus is told it. */
const targets = async () => {
  const text = await readFile(shop.statePath('observability', 'targets.json'), 'utf8')
  return Object.fromEntries(targetsSchema.parse(JSON.parse(text)).map(({ labels }) => [labels.service, labels.pod]))
}

const runningTargets = () => {
  const { users, catalog, orders } = shop.processIds()
  return {
    'user-management': `process ${users}`,
    'product-catalog': `process ${catalog}`,
    'order-management': `process ${orders}`,
  }
}

test('where nothing is deployed nothing is watched', async () => {
  for (const command of ['observe', 'top']) {
    const result = await run(`${command} --env local`)
    expect([result.code, result.stderr]).toEqual([3, expect.stringContaining('NOTHING_DEPLOYED')])
  }
})

test('without Prometheus one looks at the instances themselves, and objectives say what to type', async () => {
  await shop.deploy()
  const top = await run('top --env local --json')
  expect(top.code, top.stderr).toBe(0)
  const look = topLookSchema.parse(answerOf(top))
  expect(look).toMatchObject({ prometheus: null, releases: { serving: 1, next: null } })
  expect(look.rows.map(({ service, silent, requestsPerSecond }) => [service, silent, requestsPerSecond])).toEqual([
    ['users', 0, expect.any(Number)],
    ['catalog', 0, expect.any(Number)],
    ['orders', 0, expect.any(Number)],
  ])
  const slo = await run('slo --env local')
  expect([slo.code, slo.stderr]).toEqual([3, expect.stringContaining('observe --env local')])
})

test('on a terminal the view is drawn again in its place, until Ctrl-C', async () => {
  const command = shop.start(['top', '--env', 'local'], { tty: { columns: 80 } })
  await command.waitFor(`${escapeCode}[6A`)
  command.write('\u0003')
  const { code, stdout } = await command.result()
  expect(code).toBe(0)
  const left = linesLeft(stdout)
  expect(left[0]).toMatch(/^local: release 1 {2}\d\d:\d\d:\d\dZ {2}as its instances count$/)
  expect(left.filter((line) => line.startsWith('SERVICE'))).toHaveLength(1)
})

const title = `watched${noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`}`
describe.skipIf(noPrometheus !== null)(title, () => {
  test('both programs are started once, however often and by however many it is typed', async () => {
    const [one, other] = await Promise.all([observe(), observe()])
    expect(one.prometheus.url).toBe(other.prometheus.url)
    expect([one.prometheus.state, other.prometheus.state].toSorted()).toEqual(['running', 'started'])
    expect((await observe()).alertmanager).toEqual({ url: one.alertmanager.url, state: 'running' })
    expect(shop.processIds()).toMatchObject({ prometheus: expect.any(Number), alertmanager: expect.any(Number) })
    expect(one).toMatchObject({ shop: 'up' })
    expect(one.targets.map(({ job }) => job).toSorted()).toEqual([
      'order-management',
      'product-catalog',
      'prometheus',
      'user-management',
    ])
  })

  test('what nobody has measured yet is unknown, and no budget is kept by it', async () => {
    const result = await run('slo --env local --only orders --json')
    expect(result.code).toBe(6)
    const { objectives } = sloReportSchema.parse(answerOf(result))
    expect(new Set(objectives.map(({ state }) => state))).toEqual(new Set(['unknown']))
  })

  test('a release that takes the place of another is asked in its stead', async () => {
    expect(await targets()).toEqual(runningTargets())
    const before = await targets()
    const undo = await shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
      text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
    )
    await shop.deploy()
    await undo()
    expect(await targets()).toEqual(runningTargets())
    expect((await targets())['product-catalog']).not.toBe(before['product-catalog'])
  })

  test('killed while it starts them, the next one leaves exactly one of each', async () => {
    expect((await run('observe --env local --stop')).stdout).toMatch(/Prometheus and Alertmanager ended/)
    const command = shop.start(['observe', '--env', 'local'])
    await expect
      .poll(() => shop.processes().some(({ name }) => name === 'prometheus'), { timeout: 20_000, interval: 5 })
      .toBe(true)
    command.kill('SIGKILL')
    await command.result()
    expect(await observe()).toMatchObject({ shop: 'up' })
    expect(shop.processIds()).toMatchObject({ prometheus: expect.any(Number), alertmanager: expect.any(Number) })
  })

  test('down ends them too', async () => {
    expect((await run('down --env local')).code).toBe(0)
    expect(shop.processes()).toEqual([])
    const { shop: state } = await observe()
    expect(state).toBe('down')
    expect((await run('observe --env local --stop')).code).toBe(0)
    expect((await run('observe --env local --stop')).stdout).toMatch(/nothing was ended/)
  })
})
