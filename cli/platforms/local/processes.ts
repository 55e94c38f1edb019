import { randomBytes } from 'node:crypto'
import { interruption } from '../../errors/interruption.ts'
import type { SetAside } from '../../releases/stores.ts'
import { readProcess } from '../../tools/process-facts.ts'
import { type Exit, spawnDetached } from '../../tools/spawn-detached.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { readBootId } from './boot-id.ts'
import { isRunning, type ProcessIdentity } from './process-identity.ts'
import { findMarkedProcesses, markerName, markerOf } from './process-marker.ts'
import {
  type IntendedProcess,
  type ProcessRecord,
  readProcessRecords,
  removeProcessRecord,
  replaceProcessRecord,
  writeProcessRecord,
} from './process-record.ts'
import { type Stop, type Stopped, stopProcess } from './stop-process.ts'
import { waitUntil } from './wait-until.ts'

export type ProcessSpec = Pick<
  ProcessRecord,
  'service' | 'digest' | 'settingsHash' | 'release' | 'port' | 'metricsPort' | 'logFile'
> & {
  readonly program: string
  readonly args: readonly string[]
  /** The whole environment of the process, but for what `inherit` names and the table's own marker. */
  readonly env: Readonly<Record<string, string>>
  readonly inherit?: readonly string[]
  readonly cwd: string
}

export type ListedProcess = { readonly record: ProcessRecord; readonly alive: boolean }

export type UntrackedProcess = ProcessIdentity & { readonly id: string }

export type ProcessTable = {
  /** Starts a process that outlives this one. A crash at any moment leaves a record or something `findUntracked` finds. */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessRecord>
  /** Every process that was started and not forgotten, oldest first. Changes nothing but to set broken records aside. */
  list(): Promise<{ readonly processes: readonly ListedProcess[]; readonly setAside: readonly SetAside[] }>
  stop(process: ProcessIdentity, how: Stop, signal: AbortSignal): Promise<Stopped>
  /** Resolves within 100 ms of the process's end; its exit code is known only to the command that started it. */
  watchExit(record: ProcessRecord, signal: AbortSignal): Promise<Exit>
  /**
   * Processes of this table that no live record names, left by a command that was killed, and intentions that came to
   * nothing. Only for who holds the lock: a start that is under way looks the same.
   */
  findUntracked(): Promise<{ readonly processes: readonly UntrackedProcess[]; readonly intentions: readonly string[] }>
  /** Removes the record. The process itself is left as it is. */
  forget(id: string): Promise<void>
}

const watchMilliseconds = 25

const nameProcess = (spec: ProcessSpec): string => {
  const release = spec.release === null ? [] : [String(spec.release)]
  return [spec.service, ...release, randomBytes(3).toString('hex')].join('-')
}

const intend = (spec: ProcessSpec): IntendedProcess => {
  const { service, digest, settingsHash, release, port, metricsPort, logFile } = spec
  const facts = { service, digest, settingsHash, release, port, metricsPort, logFile }
  const startedAt = new Date().toISOString()
  return { schema: 'shopctl.process/1', state: 'intended', id: nameProcess(spec), ...facts, startedAt }
}

/** The processes that one environment runs, each with a record in this directory. */
export const openProcessTable = (directory: string): ProcessTable => {
  const exits = new Map<string, Promise<Exit>>()
  const isAlive = async (record: ProcessRecord) =>
    record.exit === undefined && record.bootId === (await readBootId()) && (await isRunning(record))

  const record = async (intended: IntendedProcess, identity: ProcessIdentity): Promise<ProcessRecord> => {
    const started = { ...intended, state: 'started', ...identity, bootId: await readBootId() } as const
    try {
      await writeProcessRecord(directory, started)
      return started
    } catch (error) {
      await stopProcess(identity, { graceSeconds: 0 }, new AbortController().signal)
      throw error
    }
  }

  const start: ProcessTable['start'] = async (spec, signal) => {
    if (signal.aborted) throw interruption(signal, `starting ${spec.service}`)
    const intended = intend(spec)
    await writeProcessRecord(directory, intended)
    try {
      const env = { ...spec.env, [markerName]: markerOf(directory, intended.id) }
      const { exit, ...identity } = await spawnDetached({ ...spec, env })
      exits.set(intended.id, exit)
      return await record(intended, identity)
    } catch (error) {
      await removeProcessRecord(directory, intended.id)
      throw whenNotWritable(error, spec.logFile)
    }
  }

  const list: ProcessTable['list'] = async () => {
    const { records, setAside } = await readProcessRecords(directory)
    const started = records.filter((entry) => entry.state === 'started')
    const processes = await Promise.all(started.map(async (entry) => ({ record: entry, alive: await isAlive(entry) })))
    return { processes, setAside }
  }

  const watchDeath = async (watched: ProcessRecord, signal: AbortSignal): Promise<Exit> => {
    const unseen = () => ({ code: null, signal: null, at: new Date().toISOString() })
    // The exit that Node tells is the better one and may come a moment after the process is gone.
    const ask = async () => ((await isAlive(watched)) ? null : ((await exits.get(watched.id)) ?? unseen()))
    const doing = `watching ${watched.service} (process ${watched.processId})`
    const wait = { signal, doing, deadlineSeconds: Number.POSITIVE_INFINITY, everyMilliseconds: watchMilliseconds }
    return (await waitUntil(ask, wait)) ?? unseen()
  }

  const watchExit: ProcessTable['watchExit'] = async (watched, signal) => {
    if (watched.exit !== undefined) return watched.exit
    const exit = await watchDeath(watched, signal)
    // Without a code it says no more than that the process is dead, which everybody sees.
    if (exits.has(watched.id)) await replaceProcessRecord(directory, { ...watched, exit })
    return exit
  }

  const findUntracked: ProcessTable['findUntracked'] = async () => {
    const [{ records }, { processes }] = [await readProcessRecords(directory), await list()]
    const tracked = new Set(processes.filter(({ alive }) => alive).map((listed) => listed.record.id))
    const lost = (await findMarkedProcesses(directory)).filter(({ id }) => !tracked.has(id))
    const found = await Promise.all(
      lost.map(async ({ processId, id }) => ({
        id,
        processId,
        processStart: (await readProcess(processId))?.start ?? '',
      })),
    )
    const running = new Set(found.map(({ id }) => id))
    const intentions = records.filter((entry) => entry.state === 'intended' && !running.has(entry.id))
    return { processes: found, intentions: intentions.map(({ id }) => id) }
  }

  return {
    start,
    list,
    watchExit,
    findUntracked,
    stop: stopProcess,
    forget: (id) => removeProcessRecord(directory, id),
  }
}
