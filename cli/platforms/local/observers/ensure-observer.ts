import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { quoteWord } from '../../../errors/quote-word.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import type { Observer } from '../../platform.ts'
import { askLoopback } from '../ask-loopback.ts'
import { logSize, readLogTail } from '../log-tail.ts'
import { isFree, loopback } from '../ports.ts'
import { isRunning } from '../process-identity.ts'
import type { ProcessRecord } from '../process-record.ts'
import type { ListedProcess, ProcessTable } from '../processes.ts'
import { choosePort } from '../remembered-port.ts'
import type { StatePaths } from '../state-paths.ts'
import { waitUntil } from '../wait-until.ts'
import { observerPaths } from './observer-paths.ts'
import { type ObserverName, observerFacts } from './observer-program.ts'

/** Prometheus reads what it wrote down since its last block before it answers. */
const readySeconds = 30
const answerSeconds = 2
const stopSeconds = 10
const portsTried = 3

export type EnsureObserver = {
  readonly name: ObserverName
  readonly program: string
  /** Writes its configuration for the address (`host:port`) that it will listen at. */
  readonly write: (address: string) => Promise<void>
  readonly paths: StatePaths
  readonly table: ProcessTable
  readonly signal: AbortSignal
}

/** Which program with which arguments, but for the port, which is chosen at its start. */
const fingerprint = ({ name, program, paths }: EnsureObserver): string =>
  createHash('sha256')
    .update(JSON.stringify([program, observerFacts[name].arguments(observerPaths(paths), 0)]))
    .digest('hex')

export const urlOf = ({ port }: Pick<ProcessRecord, 'port'>): string => `http://${loopback}:${port}`

const isReady = async ({ port }: ProcessRecord, signal: AbortSignal): Promise<boolean> => {
  const asked = { port: port ?? 0, method: 'GET', path: '/-/ready', seconds: answerSeconds } as const
  return askLoopback(asked, signal).then(
    ({ status }) => status === 200,
    () => false,
  )
}

const untilReady = async (record: ProcessRecord, { name, signal }: EnsureObserver): Promise<'ready' | 'not-ready'> => {
  const ask = async () => {
    if (await isReady(record, signal)) return 'ready'
    return (await isRunning(record)) ? null : 'not-ready'
  }
  const doing = `waiting for ${name} to start`
  return (await waitUntil(ask, { signal, deadlineSeconds: readySeconds, everyMilliseconds: 25, doing })) ?? 'not-ready'
}

/** Also where the caller was interrupted: what was begun is put back. */
const discard = async (record: ProcessRecord, { table }: EnsureObserver): Promise<void> => {
  await table.stop(record, { graceSeconds: stopSeconds }, new AbortController().signal)
  await table.forget(record.id)
}

const notStarted = ({ name }: EnsureObserver, logFile: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'OBSERVER_NOT_STARTED',
    outcome: 'failed',
    what: `${name} did not start; the shop goes on as before.`,
    why,
    fix: [`tail -n 50 ${quoteWord(logFile)}`],
  })

const start = async (request: EnsureObserver, port: number): Promise<ProcessRecord> => {
  const { name, program, paths, table, signal } = request
  const facts = { service: name, digest: null, settingsHash: fingerprint(request), release: null, metricsPort: null }
  const place = { cwd: observerPaths(paths)[name], logFile: join(paths.logs, `${name}.log`), port }
  const args = observerFacts[name].arguments(observerPaths(paths), port)
  return table.start({ ...facts, ...place, program, args, env: { LC_ALL: 'C' } }, signal)
}

const startNew = async (request: EnsureObserver): Promise<ProcessRecord> => {
  const logFile = join(request.paths.logs, `${request.name}.log`)
  for (let left = portsTried; ; left -= 1) {
    const port = await choosePort(observerPaths(request.paths)[request.name])
    await request.write(`${loopback}:${port}`)
    const after = await logSize(logFile)
    const record = await start(request, port)
    const outcome = await untilReady(record, request).catch(async (error: unknown) => {
      await discard(record, request)
      throw error
    })
    if (outcome === 'ready') return record
    await discard(record, request)
    // Between the choice and the start another program may take the port.
    if (left === 1 || (await isFree(port)))
      throw notStarted(request, logFile, await readLogTail(logFile, { after, lines: 5 }))
  }
}

const fits = ({ record, alive }: ListedProcess, request: EnsureObserver): boolean =>
  alive && record.settingsHash === fingerprint(request)

/** The one that runs with these arguments, else a new one, on the port of the last time where that is free. */
export const ensureObserver = async (request: EnsureObserver): Promise<Observer> => {
  const { processes } = await request.table.list()
  const own = processes.filter(({ record }) => record.service === request.name)
  const fitting = own.findLast((listed) => fits(listed, request))
  const kept = fitting !== undefined && (await untilReady(fitting.record, request)) === 'ready' ? fitting.record : null
  // Before another is begun: two of them cannot write to the same files.
  for (const { record } of own) if (record.id !== kept?.id) await discard(record, request)
  if (kept === null) return { url: urlOf(await startNew(request)), state: 'started' }
  await request.write(`${loopback}:${kept.port}`)
  return { url: urlOf(kept), state: 'running' }
}
