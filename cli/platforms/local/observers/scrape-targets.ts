import { access } from 'node:fs/promises'
import { serviceNames, services } from '../../../../services/registry.ts'
import { writeFileAtomically } from '../../write-file-atomically.ts'
import type { ListedProcess, ProcessTable } from '../processes.ts'
import type { StatePaths } from '../state-paths.ts'
import { type ObserverPaths, observerPaths } from './observer-paths.ts'

/** There is one shop in it, whatever its folder. */
export const localNamespace = 'local'

/** One entry of the file that Prometheus' `file_sd_configs` reads. */
export type ScrapeTarget = { readonly targets: readonly string[]; readonly labels: Readonly<Record<string, string>> }

/**
 * What Prometheus shall ask: every process of a service that was started and not retired, the old release's and the new
 * one's while one replaces the other. One that has died stays, so that it is seen to be down.
 */
export const scrapeTargets = (processes: readonly ListedProcess[]): readonly ScrapeTarget[] =>
  processes.flatMap(({ record }) => {
    const name = serviceNames.find((one) => one === record.service)
    if (name === undefined || record.metricsPort === null) return []
    const { longName } = services[name]
    // As running.ts names the instance, so that what Prometheus says can be found in `status`.
    const labels = { job: longName, service: longName, namespace: localNamespace, pod: `process ${record.processId}` }
    return [{ targets: [`127.0.0.1:${record.metricsPort}`], labels }]
  })

type Place = { readonly paths: StatePaths; readonly table: ProcessTable }

export const writeScrapeTargets = async ({ paths, table }: Place): Promise<void> => {
  const { processes } = await table.list()
  const targets = scrapeTargets(processes)
  await writeFileAtomically(observerPaths(paths).targetsFile, `${JSON.stringify(targets, null, 2)}\n`)
}

const isObserved = ({ targetsFile }: ObserverPaths): Promise<boolean> =>
  access(targetsFile).then(
    () => true,
    () => false,
  )

/**
 * After a change of what runs. Does nothing where nobody has ever observed. That it cannot be written must not end a
 * release: the next change, or the next `observe`, writes it anew.
 */
export const followProcesses = async (place: Place): Promise<void> => {
  if (await isObserved(observerPaths(place.paths))) await writeScrapeTargets(place).catch(() => undefined)
}
