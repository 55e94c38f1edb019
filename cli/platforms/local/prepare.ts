import { join } from 'node:path'
import { serviceNames } from '../../../services/registry.ts'
import type { Bundle } from '../../images/bundle-service.ts'
import type { ReleaseStore } from '../../releases/stores.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { servesRelease } from './apply-release.ts'
import { ensureDatabases } from './databases.ts'
import { ensureEdge, liveEdges, refuseTakenPort } from './edge.ts'
import { type Foundations, namedServers, newSecrets } from './foundations-file.ts'
import { readFoundations, writeFoundations } from './local-state.ts'
import { mendRoutes } from './mend-routes.ts'
import { freePort, isFree, keepPorts } from './ports.ts'
import { ensurePostgres } from './postgres.ts'
import type { ProcessTable } from './processes.ts'
import { ensureRedis } from './redis.ts'
import { createStateDirectories, type StatePaths } from './state-paths.ts'

type PrepareRequest = {
  readonly paths: StatePaths
  readonly table: ProcessTable
  readonly releases: Pick<ReleaseStore, 'read'>
  readonly variables: NodeJS.ProcessEnv
  /** The port that people type; null keeps the one of the last deploy. */
  readonly publicPort: number | null
  readonly bundleEdge: () => Promise<Bundle>
  readonly signal: AbortSignal
}

const defaultPublicPort = 8080

/**
 * The edge's addresses for service to service. They are part of the services' settings, so the remembered ones stay;
 * only one that another program took while no edge ran is chosen anew, and the services are told by a new release.
 */
const internalPorts = async (
  before: Foundations | null,
  table: ProcessTable,
): Promise<Foundations['internalPorts']> => {
  const remembered = before?.internalPorts ?? {}
  keepPorts(Object.values(remembered))
  const edgeRuns = (await liveEdges(table)).length > 0
  const ports = serviceNames.map(async (name) => {
    const port = remembered[name]
    const stays = port !== undefined && (edgeRuns || (await isFree(port)))
    return [name, stays ? port : await freePort()] as const
  })
  return Object.fromEntries(await Promise.all(ports))
}

/**
 * Ends what a killed shopctl started and could not write down: the caller holds the lock, so it is nobody's. Services
 * stay until users have moved on.
 */
const endUntracked = async (table: ProcessTable, signal: AbortSignal): Promise<void> => {
  const { processes: untracked, intentions } = await table.findUntracked()
  const processes = untracked.filter(({ id }) => !servesRelease(id))
  await Promise.all(processes.map((lost) => table.stop(lost, { graceSeconds: 10 }, signal)))
  await Promise.all([...intentions, ...processes.map(({ id }) => id)].map((id) => table.forget(id)))
}

/**
 * Brings up what a release stands on: state directories, database server, databases, Redis, the edge. Everything that
 * is there already stays as it is, secrets and ports above all: they are part of the services' settings.
 */
export const prepare = async (request: PrepareRequest): Promise<void> => {
  const { paths, table, variables, signal } = request
  await createStateDirectories(paths)
  await endUntracked(table, signal)

  const before = await readFoundations(paths)
  await mendRoutes({ ...request, foundations: before })
  const publicPort = request.publicPort ?? before?.publicPort ?? defaultPublicPort
  // Before anything is started: a refusal leaves no database server behind.
  await refuseTakenPort(publicPort, table)
  const ports = await internalPorts(before, table)
  const [bundle, server, redis] = await Promise.all([
    request.bundleEdge(),
    ensurePostgres({ paths, environment: variables, signal }),
    ensureRedis({ paths, environment: variables, table, signal }),
  ])
  const databases = await ensureDatabases({ server, paths, signal })

  const foundations: Foundations = {
    schema: 'shopctl.local/foundations/1',
    ...(before ?? { ...newSecrets(), controlPort: 0 }),
    internalPorts: ports,
    publicPort,
    databases,
    redisUrl: redis?.url ?? null,
    namedServers: namedServers(variables),
  }
  await writeFileAtomically(join(paths.secrets, 'edge-control-token'), foundations.controlToken)
  const controlPort = await ensureEdge({ bundle, foundations, table, paths, signal })
  // Last: facts that were not reached are not remembered, above all a port that was taken.
  await writeFoundations(paths, { ...foundations, controlPort })
}
