import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { alertsOf } from '../rules/rule-files.ts'
import { noPrometheus } from '../testing/real-prometheus.ts'
import { heartbeatReceiver, receiverNames } from './receivers.ts'
import { renderAlertmanager } from './render-alertmanager.ts'

const run = promisify(execFile)
const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  {
    environment: 'prod',
    discovery: {
      kind: 'kubernetes',
      namespace: 'ecommerce-prod',
      neighbours: [{ environment: 'staging', namespace: 'ecommerce-staging' }],
    },
  },
  {
    environment: 'staging',
    discovery: {
      kind: 'kubernetes',
      namespace: 'ecommerce-staging',
      neighbours: [{ environment: 'prod', namespace: 'ecommerce-prod' }],
    },
  },
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

  const wayOf = async (...labels: readonly string[]): Promise<string> => {
    const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels])
    return stdout.trim()
  }

  test('Alertmanager takes the configuration', async () => {
    expect((await run('amtool', ['check-config', file])).stdout).toContain('SUCCESS')
  })

  test('B-15: every alert goes the way of its level', async () => {
    const severities = [...new Set(alertsOf(target).map(({ severity }) => severity))]
    expect(severities.toSorted()).toEqual(['business', 'critical', 'none', 'warning'])
    for (const severity of severities) {
      expect(await wayOf(`severity=${severity}`)).toBe(receiverNames[severity])
    }
  })

  test('an alert of a level that nobody knows reaches people and wakes none', async () => {
    expect(await wayOf('severity=odd')).toBe(receiverNames.warning)
  })

  test('the heartbeat goes to who waits for it', async () => {
    expect(await wayOf('alertname=Watchdog', 'severity=none')).toBe(heartbeatReceiver)
  })

  // Nothing is beside the shop of a machine.
  if (target.discovery.kind === 'local') return

  test('people are woken for prod, and never for staging beside it', async () => {
    expect(await wayOf('severity=critical', 'namespace=ecommerce-prod')).toBe(receiverNames.critical)
    for (const severity of ['critical', 'warning', 'business']) {
      expect(await wayOf(`severity=${severity}`, 'namespace=ecommerce-staging')).toBe(receiverNames.warning)
    }
  })
})
