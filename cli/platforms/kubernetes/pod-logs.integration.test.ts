import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogLine } from '../platform.ts'
import { collectPodEvidence } from './collect-evidence.ts'
import { connect } from './connect.ts'
import type { KubeClient } from './kube-client.ts'
import { readPodLogs } from './pod-logs.ts'
import { fetchRunningState } from './running-state.ts'
import { answering, deploymentOf, readinessProbe, recordOf } from './testing/failing-deployment.ts'

const { KUBECONFIG, SHOPCTL_BASE_IMAGE: image = '' } = process.env
const hasCluster = KUBECONFIG !== undefined && image !== ''
const namespace = `logs-${process.pid}`
const limit = AbortSignal.timeout(110_000)
let client: KubeClient

const talking = `process.on('SIGTERM',()=>process.exit());let n=0;console.log('begun');setInterval(()=>console.log('line '+ ++n),200)`
const talks = { namespace, service: 'talks', image, script: talking }
const dies = {
  namespace,
  service: 'dies',
  image,
  script: "console.error('DATABASE_URL: invalid secret-url');process.exit(3)",
}
const unready = {
  namespace,
  service: 'unready',
  image,
  script: answering(503, '{"checks":{"database":"down"}}'),
  container: { readinessProbe },
}

const running = () =>
  fetchRunningState({
    client,
    namespace,
    services: ['talks', 'dies', 'unready', 'absent'],
    servingOf: async (templates) => (templates.get('talks') === 'wanted' ? 7 : null),
    entry: null,
    signal: limit,
  })

const linesOf = async (logs: AsyncIterable<LogLine>): Promise<readonly LogLine[]> => {
  const lines: LogLine[] = []
  for await (const line of logs) lines.push(line)
  return lines
}

const until = async (what: string, holds: (state: Awaited<ReturnType<typeof running>>) => boolean) => {
  for (let tries = 0; tries < 300; tries += 1) {
    if (holds(await running())) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`waited in vain until ${what}`)
}

beforeAll(async () => {
  if (!hasCluster) return
  client = await connect({ kubeContext: null, processEnvironment: process.env })
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, limit)
  for (const asked of [talks, dies, unready]) {
    await client.apply({ object: deploymentOf(asked), conflicts: 'take', mode: 'apply' }, limit)
  }
  await until('one runs and one has ended twice', ({ instances }) => {
    const of = (service: string) => instances.find((instance) => instance.service === service)
    return (
      of('talks')?.state === 'ready' &&
      of('dies')?.detail.includes('restarted') === true &&
      of('unready')?.digest !== ''
    )
  })
})

afterAll(async () => {
  if (!hasCluster) return
  await client.delete(
    { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null },
    AbortSignal.timeout(20_000),
  )
})

const request = (changes: {
  readonly services: readonly string[]
  readonly previous?: boolean
  readonly follow?: boolean
  readonly signal?: AbortSignal
}) => ({
  release: null,
  previous: false,
  follow: false,
  tailLines: 5,
  signal: limit,
  ...changes,
})

describe.skipIf(!hasCluster)('on a real cluster', { timeout: 60_000 }, () => {
  test('what runs is told with why it does not', async () => {
    const { serving, instances } = await running()
    expect(serving).toBe(7)
    const details = Object.fromEntries(instances.map(({ service, state, detail }) => [service, `${state}: ${detail}`]))
    expect(details.talks).toBe('ready: ')
    expect(details.dies).toMatch(/^(down|not-ready|ready): .*exited with code 3/)
    expect(details.absent).toBe('down: no Deployment')
  })

  test('evidence has both logs, the exit code and the events, and no secret', async () => {
    const redact = (text: string) => text.replaceAll('secret-url', '[redacted]')
    const evidence = await collectPodEvidence({
      client,
      namespace,
      service: 'dies',
      reason: 'dies with secret-url',
      wanted: recordOf(dies),
      redact,
    })
    expect(evidence).toMatchObject({ exitCode: 3, reason: 'dies with [redacted]' })
    expect([...evidence.lastLogs, ...evidence.previousLogs].join('\n')).toContain('DATABASE_URL: invalid [redacted]')
    expect(JSON.stringify(evidence)).not.toContain('secret-url')
    expect(evidence.events.join('\n')).toMatch(/Deployment dies-service ScalingReplicaSet/)
  })

  test('evidence of one that is not ready has its own answer', async () => {
    const redact = (text: string) => text
    const { probeFailures } = await collectPodEvidence({
      client,
      namespace,
      service: 'unready',
      reason: 'not ready',
      wanted: recordOf(unready),
      redact,
    })
    expect(probeFailures).toEqual(['GET /health?check=ready answered 503 (database: down)'])
  })

  test('evidence of a service without a pod says so', async () => {
    const wanted = { ...recordOf(dies), template: 'another' }
    const redact = (text: string) => text
    const { events, lastLogs } = await collectPodEvidence({
      client,
      namespace,
      service: 'dies',
      reason: 'x',
      wanted,
      redact,
    })
    expect(events[0]).toBe('dies: no pod of this release was there')
    expect(lastLogs).toEqual([])
  })

  test('the last lines of all pods, and those of the container before', async () => {
    const lines = await linesOf(
      readPodLogs({ client, namespace, request: request({ services: ['talks', 'dies'] }), templates: null }),
    )
    expect(lines.filter(({ service }) => service === 'talks')).toHaveLength(5)
    const previous = request({ services: ['dies'], previous: true })
    // Between two starts the kubelet has none for a moment.
    await expect
      .poll(async () => linesOf(readPodLogs({ client, namespace, request: previous, templates: null })), {
        timeout: 20_000,
      })
      .toMatchObject([{ service: 'dies', text: 'DATABASE_URL: invalid secret-url' }])
  })

  test('a release that has no pods has no logs', async () => {
    const templates = new Map([['talks', 'another']])
    const none = readPodLogs({ client, namespace, request: request({ services: ['talks'] }), templates })
    expect(await linesOf(none)).toEqual([])
  })

  test('a pod that joins while logs are followed is followed from its first line', async () => {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, limit])
    const seen: LogLine[] = []
    const asked = request({ services: ['talks'], follow: true, signal })
    for await (const line of readPodLogs({ client, namespace, request: asked, templates: null })) {
      if (seen.length === 0) {
        const object = deploymentOf({ ...talks, replicas: 2 })
        await client.apply({ object, conflicts: 'take', mode: 'apply' }, limit)
      }
      seen.push(line)
      const pods = Map.groupBy(seen, ({ instance }) => instance)
      const joined = [...pods.values()][1]
      if (joined === undefined || joined.length < 3) continue
      expect(joined.map(({ text }) => text)).toEqual(['begun', 'line 1', 'line 2'])
      stop.abort()
    }
    expect(new Set(seen.map(({ instance }) => instance)).size).toBe(2)
  })
})
