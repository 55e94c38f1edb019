import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { z } from 'zod'
import {
  type LoadRequest,
  loadGoneSeconds,
  loadJob,
  loadPolicy,
  loadProgram,
  loadTarget,
  loadWorkerPort,
} from '../../../manifests/load-manifests.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { LoadPods } from '../platform.ts'
import { jobTrouble } from './job-progress.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { isLoadThere, loadPodsOf, takeLoadAway } from './take-load-away.ts'
import { untilListed } from './until-listed.ts'

export type LoadPodsRequest = LoadRequest & {
  readonly client: KubeClient
  /** The workers' program (images/bundle-load-worker.ts). */
  readonly packed: Uint8Array
  readonly signal: AbortSignal
  /** For the pods to go; left out, what they may take and a little. */
  readonly endSeconds?: number
}

/** A cluster that adds nodes takes minutes for one. */
const startSeconds = 300

/** Makes the pods and waits until all of them run. Throws LOAD_NOT_STARTED (refused), with all taken away again. */
export const startLoadPods = async (request: LoadPodsRequest): Promise<LoadPods> => {
  const { client, signal, packed } = request
  const job: KubeObject = loadJob(request)
  const goneBy = new Date(Date.now() + loadGoneSeconds(request) * 1_000)
  let isSeen = false
  try {
    const made = await client.apply({ object: job, conflicts: 'refuse', mode: 'apply' }, signal)
    isSeen = true
    const owner = { uid: z.string().parse(made.metadata.uid) }
    for (const object of [loadPolicy(request, owner), loadProgram(request, { owner, packed })]) {
      await client.apply({ object, conflicts: 'refuse', mode: 'apply' }, signal)
    }
    const pods = await untilRunning(request, job)
    return {
      target: loadTarget(request),
      connect: (worker, within) => openLine(request, { pod: pods[worker] ?? '', signal: within }),
      close: (within) => takeLoadAway(request, { job, goneBy, made: 'seen', signal: within }),
    }
  } catch (error) {
    const isRefused = !isSeen && error instanceof ShopctlError && error.outcome === 'refused'
    if (isRefused && !(await isLoadThere(request, job))) throw error
    // The signal that may have brought us here takes nothing away.
    const { signal: never } = new AbortController()
    const removal = { job, goneBy, made: isSeen ? 'seen' : 'perhaps', signal: never } as const
    const left = await takeLoadAway(request, removal).then(() => null, wordsOf)
    throw error instanceof NotRunning ? notStarted(request, { why: error.message, left }) : withLeft(error, left)
  }
}

const wordsOf = (failure: unknown): string =>
  failure instanceof ShopctlError ? [failure.message, ...failure.why].join(' ') : String(failure)

/** An error that leaves something in the cluster says so, and is no refusal. */
const withLeft = (error: unknown, left: string | null): unknown => {
  if (left === null) return error
  if (!(error instanceof ShopctlError)) return new Error(left, { cause: error })
  const { code, message: what, why, fix, cause } = error
  const outcome = error.outcome === 'refused' ? 'failed' : error.outcome
  return new ShopctlError({ code, outcome, what, why: [...why, left], fix, cause })
}

/** Its message says why. */
class NotRunning extends Error {
  override readonly name = 'NotRunning'
}

const podSchema = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  status: z.object({ phase: z.string().default('Pending') }).prefault({}),
})

const indexOf = ({ metadata: { annotations } }: z.infer<typeof podSchema>): number =>
  Number(annotations['batch.kubernetes.io/job-completion-index'])

/** Their names, by the part that each does. */
const untilRunning = async (request: LoadPodsRequest, job: KubeObject): Promise<readonly string[]> => {
  const { client, workers, signal } = request
  const running = await untilListed({
    client,
    request: loadPodsOf(request),
    judge: (items) => {
      const pods = items.map((item) => podSchema.parse(item)).toSorted((one, other) => indexOf(one) - indexOf(other))
      const isUp = pods.length === workers && pods.every(({ status }) => status.phase === 'Running')
      return isUp ? pods.map(({ metadata }) => metadata.name) : troubleThatStays(items)
    },
    deadlineSeconds: startSeconds,
    doing: 'waiting for the load workers',
    signal,
  })
  if (running !== null && !('why' in running)) return running
  throw new NotRunning(running?.why ?? (await whyNot(request, job)))
}

/** What no wait mends is told at once. */
const troubleThatStays = (pods: readonly KubeObject[]): { readonly why: string } | null => {
  const trouble = pods.length === 0 ? null : jobTrouble(pods, [])
  return trouble?.patienceSeconds === 0 ? { why: trouble.why } : null
}

const whyNot = async ({ client, namespace, signal, ...request }: LoadPodsRequest, job: KubeObject): Promise<string> => {
  const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${job.metadata.name}`
  const [pods, events] = await Promise.all([
    client.list(loadPodsOf({ ...request, namespace }), signal),
    client.list({ apiVersion: 'v1', kind: 'Event', namespace, fieldSelector }, signal),
  ])
  const trouble = jobTrouble(pods.items, events.items)
  return trouble?.why ?? `${pods.items.length} of ${request.workers} pods appeared within ${startSeconds} s`
}

type NotStarted = { readonly why: string; readonly left: string | null }

const notStarted = ({ environment: { name }, workers }: LoadPodsRequest, { why, left }: NotStarted): ShopctlError =>
  new ShopctlError({
    code: 'LOAD_NOT_STARTED',
    outcome: left === null ? 'refused' : 'failed',
    what: `The ${workers} load workers did not all start in ${name}; no load was sent${left === null ? ' and they are taken away' : ''}.`,
    why: left === null ? [why] : [why, left],
    fix: [toType(`loadtest run --env ${name}`)],
  })

type LineRequest = { readonly pod: string; readonly signal: AbortSignal }

/** Through the API server to the worker's own loopback: nothing in the cluster has to let us in. */
const openLine = async ({ client, namespace }: LoadPodsRequest, { pod, signal }: LineRequest): Promise<Socket> => {
  const { near, far } = await socketPair(signal)
  await client.forward({ namespace, pod, port: loadWorkerPort }, far).catch((error: unknown) => {
    near.destroy()
    far.destroy()
    throw error
  })
  return near
}

/** The forwarding wants a socket of its own: the two ends of one connection of this machine. */
const socketPair = async (signal: AbortSignal): Promise<{ readonly near: Socket; readonly far: Socket }> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening', { signal })
  const { port } = z.object({ port: z.int() }).parse(server.address())
  const accepted = once(server, 'connection', { signal })
  const near = connect({ port, host: '127.0.0.1', noDelay: true })
  // Who cut the line is told by what reads it.
  near.on('error', () => undefined)
  const [far] = await accepted
  server.close()
  return { near, far }
}
