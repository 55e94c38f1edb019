import type { ReleaseStore } from '../../releases/stores.ts'
import { edgeControl } from './edge-control.ts'
import type { Foundations } from './foundations-file.ts'
import type { ProcessTable } from './processes.ts'
import { areRoutesDamaged, writeRoutes } from './routes-file.ts'
import type { StatePaths } from './state-paths.ts'
import { upstreamsOf } from './switch-users.ts'

type MendRequest = {
  readonly paths: StatePaths
  readonly table: ProcessTable
  readonly releases: Pick<ReleaseStore, 'read'>
  /** Null before the first `prepare`. */
  readonly foundations: Foundations | null
  readonly signal: AbortSignal
}

const whereUsersAre = async ({ table, releases, foundations, signal }: MendRequest) => {
  if (foundations === null) return null
  const { controlPort: port, controlToken: token } = foundations
  const status = await edgeControl({ port, token }).status(signal)
  const release = status === null || status.release === null ? null : await releases.read(status.release)
  if (release === null) return null
  return { release: release.number, upstreams: await upstreamsOf(release, table) }
}

/**
 * Writes a damaged routes file anew, before anything builds on it: an edge would not start with it, and the next
 * release would take users off. The edge that serves still knows where they are.
 */
export const mendRoutes = async (request: MendRequest): Promise<void> => {
  const file = request.paths.routes
  if (!(await areRoutesDamaged(file))) return
  await writeRoutes(file, { current: await whereUsersAre(request).catch(() => null), candidate: null })
}
