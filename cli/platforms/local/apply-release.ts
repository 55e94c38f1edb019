import { serviceNames } from '../../../services/registry.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { manifestsOf, runs } from './local-state.ts'
import { pruneLogs } from './logs.ts'
import type { ListedProcess, ProcessTable } from './processes.ts'
import { serviceProcess } from './service-process.ts'
import type { StatePaths } from './state-paths.ts'
import { drained, type SwitchContext, withdraw } from './switch-users.ts'

/** A service gives its requests 10 s to end after SIGTERM. */
const stopGraceSeconds = 12

const isService = ({ record }: ListedProcess): boolean => serviceNames.some((name) => name === record.service)

/** A process of a service by its id alone; what migrates or seeds for one is none. */
export const servesRelease = (id: string): boolean => new RegExp(`^(${serviceNames.join('|')})-\\d`).test(id)

/** Ends services whose records were lost. Users may have been on them until now, so only when they have moved on. */
const endLost = async ({ table, signal }: SwitchContext): Promise<void> => {
  const { processes } = await table.findUntracked()
  const lost = processes.filter(({ id }) => servesRelease(id))
  await Promise.all(lost.map((process) => table.stop(process, { graceSeconds: stopGraceSeconds }, signal)))
}

/** Starts what a release wants and does not run yet; what runs as wanted stays untouched. */
export const applyRelease = async (
  release: ReleaseRecord,
  { table, paths, signal }: { table: ProcessTable; paths: StatePaths; signal: AbortSignal },
): Promise<void> => {
  const { processes } = await table.list()
  const live = processes.filter(({ alive }) => alive)
  const wanting = manifestsOf(release).filter((manifest) => !live.some((process) => runs(process, manifest)))
  // One after the other: the ports of each are free when it starts, and an interrupt leaves little to end.
  for (const manifest of wanting) await table.start(await serviceProcess(manifest, release.number, paths), signal)
  await pruneLogs(paths.logs)
}

/** The processes that a release runs on: for each service the newest that fits. */
const keptBy = (release: ReleaseRecord | null, processes: readonly ListedProcess[]): ReadonlySet<ListedProcess> => {
  if (release === null) return new Set()
  const fitting = manifestsOf(release).map((manifest) =>
    processes.findLast((process) => process.alive && runs(process, manifest)),
  )
  return new Set(fitting.filter((process) => process !== undefined))
}

/** Ends the services' processes that a release does not need, after the edge has no request under way to them. */
export const retireOthers = async (keep: ReleaseRecord | null, context: SwitchContext): Promise<void> => {
  const { table, signal } = context
  // An address that a route still names would never be let go of.
  await withdraw(keep === null ? 'everything' : 'the candidate', context)
  const { processes } = await table.list()
  const kept = keptBy(keep, processes)
  const others = processes.filter((process) => isService(process) && !kept.has(process))
  await Promise.all(
    others.map(async ({ record, alive }) => {
      if (alive) {
        await drained(record, context)
        await table.stop(record, { graceSeconds: stopGraceSeconds }, signal)
      }
      await table.forget(record.id)
    }),
  )
  await endLost(context)
}
