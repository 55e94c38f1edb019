import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { createDirectory } from '../../create-directory.ts'
import type { Observer, Observers, RenderObservers } from '../../platform.ts'
import { askLoopback } from '../ask-loopback.ts'
import type { ListedProcess, ProcessTable } from '../processes.ts'
import { createStateDirectories, type StatePaths } from '../state-paths.ts'
import { ensureObserver, urlOf } from './ensure-observer.ts'
import { observerPaths } from './observer-paths.ts'
import { findObservers, type ObserverName, observerNames } from './observer-program.ts'
import { writeScrapeTargets } from './scrape-targets.ts'
import { writeConfiguration } from './write-configuration.ts'

type Place = { readonly paths: StatePaths; readonly table: ProcessTable; readonly signal: AbortSignal }

export type ObserveRequest = Place & {
  /** `PATH` of the person, where the programs are looked for. */
  readonly path: string | undefined
  readonly render: RenderObservers
}

const stopSeconds = 10
const reloadSeconds = 10
/** Names nobody that the file in question leads to. */
const notYetKnown = '127.0.0.1:1'

const isObserver = ({ record }: ListedProcess): boolean => observerNames.some((name) => name === record.service)
const isObserverId = (id: string): boolean => observerNames.some((name) => id.startsWith(`${name}-`))

/** Ends what a killed shopctl started and could not write down. The caller holds the lock, so it is nobody's. */
const endUntracked = async ({ table, signal }: Place): Promise<void> => {
  const { processes, intentions } = await table.findUntracked()
  const lost = processes.filter(({ id }) => isObserverId(id))
  await Promise.all(lost.map((process) => table.stop(process, { graceSeconds: stopSeconds }, signal)))
  const gone = [...intentions.filter(isObserverId), ...lost.map(({ id }) => id)]
  await Promise.all(gone.map((id) => table.forget(id)))
}

const notTaken = (name: ObserverName, words: string): ShopctlError =>
  new ShopctlError({
    code: 'OBSERVER_NOT_RELOADED',
    outcome: 'failed',
    what: `${name} did not take what was rendered; it goes on with what it had.`,
    why: [words.trim()],
  })

const reload = async (name: ObserverName, { url }: Observer, signal: AbortSignal): Promise<void> => {
  const port = Number(new URL(url).port)
  const asked = { port, method: 'POST', path: '/-/reload', seconds: reloadSeconds } as const
  const { status, body } = await askLoopback(asked, signal).catch((error: unknown) => {
    throw notTaken(name, error instanceof Error ? error.message : String(error))
  })
  if (status !== 200) throw notTaken(name, body)
}

/**
 * Prometheus and Alertmanager with what is rendered now: started where they do not run, told where it has changed. For
 * who holds the lock. Throws TOOL_MISSING (refused), OBSERVER_NOT_STARTED and OBSERVER_NOT_RELOADED (failed).
 */
export const ensureObservers = async (request: ObserveRequest): Promise<Observers> => {
  const { paths, table, signal, render } = request
  const programs = await findObservers(request.path)
  const own = observerPaths(paths)
  await createStateDirectories(paths)
  await Promise.all([own.prometheus, own.alertmanager].map((path) => createDirectory(path, 'private')))
  await endUntracked(request)
  await writeScrapeTargets(request)

  const ensure = async (name: ObserverName, alertmanager: string): Promise<Observer> => {
    const write = (address: string) => {
      const prometheus = name === 'prometheus' ? address : notYetKnown
      const files = render({ targetsFile: own.targetsFile, prometheus, alertmanager })
      return writeConfiguration(own.configuration, { folder: name, files })
    }
    const observer = await ensureObserver({ name, program: programs[name], write, paths, table, signal })
    // Also where nothing has changed: a shopctl that was killed may have written and not told.
    if (observer.state === 'running') await reload(name, observer, signal)
    return observer
  }
  // Prometheus is told where the other one listens, which is known once it does.
  const alertmanager = await ensure('alertmanager', notYetKnown)
  return { prometheus: await ensure('prometheus', new URL(alertmanager.url).host), alertmanager }
}

/** Those of the two that run. */
export const runningObservers = async (table: ProcessTable): Promise<Partial<Record<ObserverName, string>>> => {
  const { processes } = await table.list()
  const running = processes.filter((listed) => listed.alive && isObserver(listed))
  return Object.fromEntries(running.map(({ record }) => [record.service, urlOf(record)]))
}

/** Ends both; what was measured stays. Answers which of them ran. */
export const stopObservers = async (place: Place): Promise<readonly ObserverName[]> => {
  const { table, signal } = place
  await endUntracked(place)
  const own = (await table.list()).processes.filter(isObserver)
  // At once: what Prometheus still wants to tell Alertmanager is of no use any more.
  const stopped = own.map(async ({ record, alive }) => {
    if (alive) await table.stop(record, { graceSeconds: stopSeconds }, signal)
    await table.forget(record.id)
  })
  await Promise.all(stopped)
  return observerNames.filter((name) => own.some(({ record, alive }) => alive && record.service === name))
}
