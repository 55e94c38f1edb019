import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrorCode } from '../errors/has-error-code.ts'
import type { LockClock, LockHome } from './lock-clock.ts'
import type { LockMoment } from './stores.ts'

/** The real clock and processes of this machine. Where there is no /proc, boot and process start are not known. */
export const systemLockClock = (): LockClock => ({
  home: { host: hostname(), processId: process.pid, processStart: processStart(process.pid) ?? '' },
  now: () => ({ wall: new Date().toISOString(), boot: bootMoment() }),
  monotonicMilliseconds: () => performance.now(),
  processState,
  async sleep(milliseconds, signal) {
    // Checked afterwards and not caught, so that the caller gets the signal's own reason.
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
  },
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds)
    timer.unref()
    return () => clearInterval(timer)
  },
})

const bootMoment = (): LockMoment['boot'] => {
  const id = readProc('sys/kernel/random/boot_id')?.trim()
  const uptimeSeconds = Number.parseFloat(readProc('uptime') ?? '')
  return id === undefined || Number.isNaN(uptimeSeconds) ? null : { id, uptimeSeconds }
}

const processState = (home: LockHome): 'alive' | 'gone' | 'unknown' => {
  if (home.host !== hostname()) return 'unknown'
  const own = processStart(process.pid)
  if (own === null) return signalState(home.processId)
  // Another container may share the host name and the state directory, but not the process ids.
  if (namespaceOf(home.processStart) !== namespaceOf(own)) return 'unknown'
  const start = processStart(home.processId)
  // A /proc that hides other people's processes still has them.
  if (start === null) return signalState(home.processId)
  return start === home.processStart ? 'alive' : 'gone'
}

const signalState = (processId: number): 'alive' | 'gone' => {
  try {
    process.kill(processId, 0)
    return 'alive'
  } catch (error) {
    return hasErrorCode(error, 'EPERM') ? 'alive' : 'gone'
  }
}

/** Clock ticks from boot to start, and the namespace that the process id counts in; null where it cannot be read. */
const processStart = (processId: number): string | null => {
  const stat = readProc(`${processId}/stat`)
  if (stat === null) return null
  // The second field is the program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ended = fields[0] === 'Z' || fields[0] === 'X'
  return ended ? `ended@${namespace()}` : `${fields[19]}@${namespace()}`
}

const namespaceOf = (start: string): string => start.slice(start.indexOf('@') + 1)

const namespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

const readProc = (path: string): string | null => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return null
  }
}
