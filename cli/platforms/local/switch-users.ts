import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { edgeControl } from './edge-control.ts'
import type { Foundations } from './foundations-file.ts'
import { manifestsOf, runs } from './local-state.ts'
import type { ProcessRecord } from './process-record.ts'
import type { ProcessTable } from './processes.ts'
import { readRoutes, writeRoutes } from './routes-file.ts'
import type { StatePaths } from './state-paths.ts'
import { waitUntil } from './wait-until.ts'

export type SwitchContext = {
  readonly table: ProcessTable
  readonly paths: StatePaths
  readonly foundations: Foundations
  readonly signal: AbortSignal
}

const drainSeconds = 10

const notRunning = (service: string, { number }: ReleaseRecord): ShopctlError =>
  new ShopctlError({
    code: 'SERVICE_NOT_RUNNING',
    outcome: 'failed',
    what: `No process of ${service} runs for release ${number}, so users cannot be moved to it.`,
    fix: [toType(`logs ${service} --env local --release ${number}`)],
  })

/** Where the processes of a release listen: service → address. */
export const upstreamsOf = async (release: ReleaseRecord, table: ProcessTable): Promise<Record<string, string>> => {
  const { processes } = await table.list()
  const addresses = manifestsOf(release).map((manifest) => {
    const mine = processes.findLast((process) => process.alive && runs(process, manifest))
    if (mine === undefined) throw notRunning(manifest.service, release)
    return [manifest.service, `http://127.0.0.1:${mine.record.port}`] as const
  })
  return Object.fromEntries(addresses)
}

const controlOf = ({ foundations }: SwitchContext) =>
  edgeControl({ port: foundations.controlPort, token: foundations.controlToken })

const notSwitched = (cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'EDGE_NOT_SWITCHED',
    outcome: 'unknown',
    what: 'The edge did not take the new routes; it takes them when it starts.',
    why: [cause instanceof Error ? cause.message : String(cause)],
    fix: [toType('status --env local'), toType('deploy --env local')],
    cause,
  })

/** Writes the routes, then tells the edge; it has them when this returns. */
const tellEdge = async (next: Parameters<typeof writeRoutes>[1], context: SwitchContext): Promise<void> => {
  const routes = await writeRoutes(context.paths.routes, next)
  const answer = await controlOf(context)
    .reload(context.signal)
    .catch((cause: unknown) => {
      throw notSwitched(cause)
    })
  if (answer.generation !== routes.generation) throw notSwitched(`it routes by generation ${answer.generation}`)
}

type Offered = { readonly release: ReleaseRecord; readonly token: string }

/** Whether a process that users are routed to is alive. */
const usersAreServed = async ({ paths, table }: SwitchContext): Promise<boolean> => {
  const { current } = await readRoutes(paths.routes)
  const { processes } = await table.list()
  const live = new Set(processes.filter(({ alive }) => alive).map(({ record }) => `http://127.0.0.1:${record.port}`))
  return current !== null && Object.values(current.upstreams).some((address) => live.has(address))
}

/** Lets requests that carry the token reach a release that users are not on yet. */
export const offerCandidate = async ({ release, token }: Offered, context: SwitchContext): Promise<void> => {
  const { current } = await readRoutes(context.paths.routes)
  const upstreams = await upstreamsOf(release, context.table)
  const reach = (await usersAreServed(context)) ? 'by-token' : 'between-services'
  await tellEdge({ current, candidate: { release: release.number, token, upstreams, reach } }, context)
}

/**
 * Services that start together ask each other before anybody may ask them. Where users are on processes that live, they
 * ask those; else, in a new shop or after everything was down, they must meet among themselves.
 */
export const letServicesMeet = async (offered: Offered, context: SwitchContext): Promise<void> => {
  if (!(await usersAreServed(context))) await offerCandidate(offered, context)
}

/** Moves every user to a release with one assignment in the edge. */
export const switchUsers = async (release: ReleaseRecord, context: SwitchContext): Promise<void> => {
  const upstreams = await upstreamsOf(release, context.table)
  const { current, candidate } = await readRoutes(context.paths.routes)
  const same = current?.release === release.number && isDeepStrictEqual(current.upstreams, upstreams)
  if (same && candidate === null) return
  await tellEdge({ current: { release: release.number, upstreams }, candidate: null }, context)
}

/** Takes the candidate, or everything, out of the routes. An edge that is gone routes nobody and reads them when it starts. */
export const withdraw = async (what: 'the candidate' | 'everything', context: SwitchContext): Promise<void> => {
  const { current, candidate } = await readRoutes(context.paths.routes)
  const next = what === 'everything' ? null : current
  if (candidate === null && next === current) return
  await tellEdge({ current: next, candidate: null }, context).catch(async (error: unknown) => {
    if ((await controlOf(context).status(context.signal)) !== null) throw error
  })
}

/**
 * Waits until the edge has let go of a process, so that ending it cuts no request off. An address that no route names
 * leaves the edge's list when its last connection is closed.
 */
export const drained = async ({ port }: ProcessRecord, context: SwitchContext): Promise<void> => {
  const address = `http://127.0.0.1:${port}`
  const idle = async () => {
    const status = await controlOf(context).status(context.signal)
    return status === null || status.in_flight[address] === undefined ? true : null
  }
  const waiting = { signal: context.signal, deadlineSeconds: drainSeconds, everyMilliseconds: 20, doing: 'draining' }
  await waitUntil(idle, waiting)
}
