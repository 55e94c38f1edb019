import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { alertsOf } from '../rules/rule-files.ts'
import { noPrometheus } from '../testing/real-prometheus.ts'
import { receiverNames } from './receivers.ts'
import { renderAlertmanager } from './render-alertmanager.ts'

const run = promisify(execFile)
const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop' } },
]

const note = noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`

describe.skipIf(noPrometheus !== null).each(targets)(`amtool, for $environment${note}`, (target) => {
  let folder: string
  let file: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shopctl-alertmanager-'))
    file = join(folder, 'alertmanager.yml')
    await writeFile(file, renderAlertmanager(target)[0]?.text ?? '')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('Alertmanager takes the configuration', async () => {
    expect((await run('amtool', ['check-config', file])).stdout).toContain('SUCCESS')
  })

  test('B-15: every alert goes the way of its level', async () => {
    const severities = [...new Set(alertsOf(target).map(({ severity }) => severity))]
    expect(severities.toSorted()).toEqual(['business', 'critical', 'warning'])
    for (const severity of severities) {
      const { stdout } = await run('amtool', [
        'config',
        'routes',
        'test',
        `--config.file=${file}`,
        `severity=${severity}`,
      ])
      expect(stdout.trim()).toBe(receiverNames[severity])
    }
  })

  test('an alert of a level that nobody knows reaches people and wakes none', async () => {
    const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${file}`, 'severity=odd'])
    expect(stdout.trim()).toBe(receiverNames.warning)
  })
})
