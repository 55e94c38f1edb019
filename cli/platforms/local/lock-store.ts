import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import type { LockStore, LockValue } from '../../releases/stores.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { createFileAtomically } from '../write-file-atomically.ts'

/**
 * Older generations that stay beside the newest. Reading a directory is not atomic: one pass may miss a file that is
 * removed and another that is created meanwhile, but not this many.
 */
const generationsKept = 8

/**
 * The lock as numbered files in one directory: the highest number is the lock. Creating the next number fails where
 * it exists, which is the compare-and-swap; it holds between processes and over crashes.
 */
export const createLocalLockStore = (directory: string): LockStore => {
  const pathOf = (generation: number) => join(directory, String(generation).padStart(10, '0'))

  const names = async (): Promise<readonly string[]> => {
    try {
      return await readdir(directory)
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return []
      throw whenNotWritable(error, directory)
    }
  }

  const highestOf = (all: readonly string[]): number =>
    Math.max(0, ...all.filter((name) => /^\d{10}$/.test(name)).map(Number))

  const removeOlder = async (newest: number, all: readonly string[]) => {
    // Temporary files of a killed writer begin with the generation that they were for.
    const old = all.filter((name) => Number.parseInt(name, 10) <= newest - generationsKept)
    await Promise.all(old.map((name) => rm(join(directory, name), { force: true })))
  }

  const create = async (generation: number, value: LockValue): Promise<boolean> => {
    const { renderLockValue } = await import('../lock-value.ts')
    try {
      return await createFileAtomically(pathOf(generation), renderLockValue(value))
    } catch (error) {
      // Paused for so long that others removed our temporary file: they are far ahead.
      if (hasErrorCode(error, 'ENOENT')) return false
      throw error
    }
  }

  return {
    sharedBy: 'one-machine',

    async read() {
      for (;;) {
        const generation = highestOf(await names())
        if (generation === 0) return null
        const text = await readIfThere(pathOf(generation))
        if (text !== null) return { value: await lockValueIn(text, pathOf(generation)), version: String(generation) }
      }
    },

    async write(value, replaces) {
      const generation = Number(replaces ?? 0) + 1
      if (!(await create(generation, value))) return null
      const after = await names()
      if (highestOf(after) > generation) {
        // We were paused while others went on: our number was theirs once, and was removed.
        await rm(pathOf(generation), { force: true })
        return null
      }
      await removeOlder(generation, after)
      return String(generation)
    },
  }
}

const readIfThere = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}

/** A lock that cannot be read belongs to nobody known: it is watched for a whole time to live and then taken. */
const lockValueIn = async (text: string, path: string): Promise<LockValue> => {
  const { parseLockValue } = await import('../lock-value.ts')
  const parsed = parseLockValue(text)
  if ('value' in parsed) return parsed.value
  return {
    holder: 'an unknown holder',
    host: 'an unknown host',
    processId: 0,
    processStart: '',
    reason: `${path} cannot be read: ${parsed.wrong}`,
    since: new Date(0).toISOString(),
    timeToLiveSeconds: 30,
    renewed: { wall: new Date(0).toISOString(), boot: null },
    released: false,
  }
}
