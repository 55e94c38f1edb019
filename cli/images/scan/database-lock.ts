import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { interruption } from '../../errors/interruption.ts'

/** Longer than a download may take, so that whoever still holds it then is gone. */
const abandonedAfterSeconds = 360
const askAgainMilliseconds = 200

const isAbandoned = async (lock: string): Promise<boolean> => {
  const found = await stat(lock).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > abandonedAfterSeconds * 1000
}

const take = async (lock: string): Promise<boolean> => {
  try {
    await mkdir(lock)
    return true
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false
    throw error
  }
}

const wait = async (signal: AbortSignal): Promise<void> => {
  try {
    await pause(askAgainMilliseconds, undefined, { signal })
  } catch {
    throw interruption(signal, 'waiting for another download of the vulnerability database')
  }
}

/** One download into a cache at a time, over all processes of the machine. */
export const withDatabaseLock = async <Result>(
  cacheDirectory: string,
  { signal, work }: { signal: AbortSignal; work: () => Promise<Result> },
): Promise<Result> => {
  await mkdir(cacheDirectory, { recursive: true })
  const lock = join(cacheDirectory, 'download.lock')
  while (!(await take(lock))) {
    if (await isAbandoned(lock)) await rm(lock, { recursive: true, force: true })
    else await wait(signal)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}
