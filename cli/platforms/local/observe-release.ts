import { setTimeout as pause } from 'node:timers/promises'
import type { InstanceObservation, ReleaseObservation } from '../../health/observation.ts'
import type { Exit } from '../../tools/spawn-detached.ts'
import { listeningPorts } from './ports.ts'
import { probe } from './probe.ts'
import type { ProcessRecord } from './process-record.ts'
import type { ProcessTable } from './processes.ts'

const untilReadyMilliseconds = 25
const whenReadyMilliseconds = 200
const heartbeatMilliseconds = 100

type Seen = {
  readySince: number | undefined
  probeFailure: string | undefined
  exit: Exit | undefined
}

type Watched = { readonly record: ProcessRecord; readonly readyPath: string; readonly seen: Seen }

type Watch = {
  readonly table: ProcessTable
  readonly signal: AbortSignal
  readonly changed: () => void
}

/** Wall-clock moments of the process table on the clock of the observations. */
const onMonotonicClock = (moment: string): number => performance.now() - (Date.now() - Date.parse(moment))

/** A service that listens elsewhere looks like one that is slow; where it does listen tells the two apart. */
const elsewhere = async ({ processId, port, metricsPort }: ProcessRecord): Promise<string> => {
  const others = (await listeningPorts(processId).catch(() => [])).filter(
    (open) => open !== port && open !== metricsPort,
  )
  return others.length === 0 ? '' : `; the process listens on port ${others.join(', ')} instead`
}

const watchReadiness = async ({ record, readyPath, seen }: Watched, { signal, changed }: Watch): Promise<void> => {
  const { port } = record
  while (!signal.aborted && seen.exit === undefined && port !== null) {
    const answer = await probe(port, readyPath, signal)
    if (signal.aborted || seen.exit !== undefined) return
    const before = seen.readySince === undefined ? seen.probeFailure : 'ready'
    if (answer.passed) {
      seen.readySince ??= performance.now()
      seen.probeFailure = undefined
    } else {
      seen.readySince = undefined
      const where = answer.kind === 'refused' ? await elsewhere(record) : ''
      seen.probeFailure = `${answer.failure}${where}`
    }
    if (before !== (answer.passed ? 'ready' : seen.probeFailure)) changed()
    await pause(answer.passed ? whenReadyMilliseconds : untilReadyMilliseconds, undefined, { signal }).catch(
      () => undefined,
    )
  }
}

const watchEnd = async ({ record, seen }: Watched, { table, signal, changed }: Watch): Promise<void> => {
  const exit = await table.watchExit(record, signal).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (exit === undefined) return
  seen.exit = exit
  seen.readySince = undefined
  changed()
}

const observed = ({ record, seen }: Watched): InstanceObservation => ({
  name: `${record.service} (process ${record.processId})`,
  state: seen.exit === undefined ? 'running' : 'exited',
  startedAt: onMonotonicClock(record.startedAt),
  ready: seen.readySince !== undefined,
  restarts: 0,
  ...(seen.readySince === undefined ? {} : { readySince: seen.readySince }),
  ...(seen.probeFailure === undefined ? {} : { probeFailure: seen.probeFailure }),
  ...(seen.exit === undefined
    ? {}
    : { exit: { code: seen.exit.code, signal: seen.exit.signal, at: onMonotonicClock(seen.exit.at) } }),
})

const observation = (watched: readonly Watched[], services: readonly string[]): ReleaseObservation => ({
  at: performance.now(),
  inTouch: true,
  services: services.map((service) => {
    const instances = watched.filter(({ record }) => record.service === service).map(observed)
    return { service, desired: 1, instances }
  }),
})

type ObserveRequest = {
  readonly table: ProcessTable
  readonly processes: readonly { readonly record: ProcessRecord; readonly readyPath: string }[]
  /** All services that belong to the release; one without a process is waited for. */
  readonly services: readonly string[]
  readonly signal: AbortSignal
}

/** Watches processes: their ends by the operating system, their readiness by asking. Yields on every change. */
export async function* observeRelease({
  table,
  processes,
  services,
  signal,
}: ObserveRequest): AsyncIterable<ReleaseObservation> {
  const watched = processes.map(
    (one): Watched => ({ ...one, seen: { readySince: undefined, probeFailure: undefined, exit: undefined } }),
  )
  const ended = new AbortController()
  const all = AbortSignal.any([signal, ended.signal])
  let wake = Promise.withResolvers<void>()
  const watch: Watch = { table, signal: all, changed: () => wake.resolve() }
  const watching = Promise.all(watched.flatMap((one) => [watchReadiness(one, watch), watchEnd(one, watch)]))
  let broken: unknown
  watching.catch((error: unknown) => {
    broken = error
    wake.resolve()
  })
  try {
    while (!all.aborted) {
      if (broken !== undefined) throw broken
      yield observation(watched, services)
      const beat = new AbortController()
      const heartbeat = pause(heartbeatMilliseconds, undefined, { signal: AbortSignal.any([all, beat.signal]) })
      await Promise.race([wake.promise, heartbeat.catch(() => undefined)])
      beat.abort()
      wake = Promise.withResolvers<void>()
    }
  } finally {
    ended.abort()
    await watching.catch(() => undefined)
  }
}
