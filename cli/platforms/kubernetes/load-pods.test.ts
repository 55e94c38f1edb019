import { expect, test } from 'vitest'
import { loadGraceSeconds, loadName, loadPodSelector } from '../../../manifests/load-manifests.ts'
import { environments } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { startLoadPods } from './load-pods.ts'
import { createMemoryKubeClient, type SeenRequest, type Trouble } from './testing/memory-kube-client.ts'
import { thrownBy } from './testing/thrown-by.ts'

const namespace = 'shop-dev'
const run = '01k0a'
const workers = 2
const wish = { environment: environments.dev, namespace, run, workers, image: 'users:1', packed: new Uint8Array() }
const times = { deadlineSeconds: 400, cleanUpSeconds: 60 }

const podOf = (worker: number, phase: string): KubeObject => {
  const [key = '', value = ''] = loadPodSelector(run).split('=')
  const annotations = { 'batch.kubernetes.io/job-completion-index': String(worker) }
  const metadata = { name: `${loadName(run)}-${worker}`, namespace, labels: { [key]: value }, annotations }
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase } }
}

type World = {
  readonly trouble?: (request: SeenRequest) => Trouble
  /** Of the pods that a Job gets. */
  readonly phase?: string
  /** `stay`: their node does not answer. */
  readonly pods?: 'go' | 'stay'
}

/** An API server whose Job controller gives the Job its pods, and takes them away with it. */
const createWorld = async ({ trouble, phase = 'Running', pods = 'go' }: World) => {
  const server = createMemoryKubeClient(trouble === undefined ? {} : { trouble })
  const { signal } = new AbortController()
  await server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  const client: KubeClient = {
    ...server,
    async apply(request, within) {
      const made = await server.apply(request, within)
      if (made.kind !== 'Job') return made
      for (let worker = 0; worker < workers; worker++) await server.create(podOf(worker, phase), signal)
      return made
    },
    async delete(reference, within) {
      const wasThere = await server.delete(reference, within)
      if (!wasThere || pods === 'stay') return wasThere
      for (const { apiVersion, kind, metadata } of server.objects('Pod')) {
        await server.delete({ apiVersion, kind, name: metadata.name, namespace }, signal)
      }
      return wasThere
    },
  }
  return { server, client }
}

const start = (client: KubeClient, { signal = new AbortController().signal, endSeconds = 0.3 } = {}) =>
  startLoadPods({ ...wish, ...times, client, signal, endSeconds })

const never = new AbortController().signal
const goneBy = /the cluster removes them by itself by \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/

test('pods that run are taken away again with all that was made for them', async () => {
  const { server, client } = await createWorld({})
  const pods = await start(client)
  expect(server.objects('Pod')).toHaveLength(workers)
  await pods.close(never)
  expect([...server.objects('Pod'), ...server.objects('Job')]).toEqual([])
})

test('pods that are still there in the end count as left, with when the cluster removes them by itself', async () => {
  const { client } = await createWorld({ pods: 'stay' })
  const before = Date.now()
  const failure = await thrownBy((await start(client)).close(never))
  expect(failure).toMatchObject({ code: 'LOAD_PODS_LEFT', outcome: 'failed', message: expect.stringMatching(goneBy) })
  expect(failure.why).toEqual(['2 pods were still there after 0.3 s'])
  const [told = ''] = /\d{4}-\d\d-\d\dT[\d:]+Z/.exec(failure.message) ?? []
  const seconds = (new Date(told).getTime() - before) / 1_000
  expect(seconds).toBeGreaterThan(times.deadlineSeconds + loadGraceSeconds(times))
})

test('nobody waits for pods to go after the second interrupt', async () => {
  const { client } = await createWorld({ pods: 'stay' })
  const pods = await start(client, { endSeconds: 600 })
  const failure = await thrownBy(pods.close(AbortSignal.abort(new Error('SIGINT again'))))
  expect(failure).toMatchObject({ code: 'LOAD_PODS_LEFT', message: expect.stringMatching(goneBy) })
})

test('a Job that was made although its answer was lost is removed by its name', async () => {
  const lost = ({ verb, kind }: SeenRequest): Trouble => (verb === 'apply' && kind === 'Job' ? 'answer-lost' : 'none')
  const { server, client } = await createWorld({ trouble: lost })
  expect(await thrownBy(start(client))).toMatchObject({ code: 'UNREACHABLE' })
  expect(server.objects('Job')).toEqual([])
})

test('a Job that the server refuses is only looked for, and found where a try before has made it', async () => {
  const refusal = new ShopctlError({ code: 'KUBE_REFUSED', outcome: 'refused', what: 'No.' })
  const refused = ({ verb, kind }: SeenRequest): Trouble => (verb === 'apply' && kind === 'Job' ? refusal : 'none')
  const { server, client } = await createWorld({ trouble: refused })
  expect(await thrownBy(start(client))).toBe(refusal)
  expect(server.requests.map(({ verb }) => verb)).toEqual(['create', 'apply', 'read'])
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: loadName(run), namespace } }
  await server.create(job, never)
  expect(await thrownBy(start(client))).toBe(refusal)
  expect(server.objects('Job')).toEqual([])
})

test('a Job that the server makes only after the interrupt is removed as well', async () => {
  const { server, client } = await createWorld({})
  const interrupt = new AbortController()
  const late: KubeClient = {
    ...client,
    async apply(request) {
      setTimeout(() => void server.apply(request, never), 300)
      interrupt.abort(new Error('SIGINT'))
      throw interrupt.signal.reason
    },
  }
  await expect(start(late, { signal: interrupt.signal })).rejects.toThrow('SIGINT')
  expect(server.requests.filter(({ verb }) => verb === 'apply')).toHaveLength(1)
  expect(server.objects('Job')).toEqual([])
})

test('workers that do not start are taken away, and that they are not is told where it failed', async () => {
  const refused = ({ verb, kind }: SeenRequest): Trouble =>
    verb === 'apply' && kind === 'NetworkPolicy' ? 'unreachable' : 'none'
  const { client } = await createWorld({ trouble: refused, pods: 'stay' })
  const failure = await thrownBy(start(client))
  expect(failure).toMatchObject({ code: 'UNREACHABLE', outcome: 'unknown' })
  expect(failure.why.at(-1)).toMatch(goneBy)
})

const hopeless = { waiting: { reason: 'InvalidImageName', message: 'no' } }

test.each([
  ['go', 'refused', /no load was sent and they are taken away\.$/],
  ['stay', 'failed', /no load was sent\.$/],
] as const)('LOAD_NOT_STARTED says what became of pods that %s', async (pods, outcome, says) => {
  const { server, client } = await createWorld({ phase: 'Pending', pods })
  const stuck: KubeClient = {
    ...client,
    async apply(request, within) {
      const made = await client.apply(request, within)
      for (const { apiVersion, kind, metadata } of server.objects('Pod')) {
        const status = { phase: 'Pending', containerStatuses: [{ name: 'load', image: 'users:1', state: hopeless }] }
        server.edit({ apiVersion, kind, name: metadata.name, namespace }, { status })
      }
      return made
    },
  }
  const failure = await thrownBy(start(stuck))
  expect(failure).toMatchObject({ code: 'LOAD_NOT_STARTED', outcome, message: expect.stringMatching(says) })
  expect(failure.why[0]).toContain('InvalidImageName')
  expect(failure.why.slice(1)).toEqual(pods === 'go' ? [] : [expect.stringMatching(goneBy)])
})
