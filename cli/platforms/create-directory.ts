import { chmod, mkdir } from 'node:fs/promises'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { whenNotWritable } from './state-not-writable.ts'

const modes = { private: 0o700, readable: 0o755 } as const

/**
 * Creates a directory and those above it. A private one is closed to others even where it was there before.
 * Throws STATE_NOT_WRITABLE (refused) with the path and the system's own words.
 */
export const createDirectory = async (path: string, access: keyof typeof modes): Promise<void> => {
  try {
    const created = await mkdir(path, { recursive: true, mode: modes[access] })
    // The mode of a new directory passed through the umask.
    if (created !== undefined || access === 'private') await chmod(path, modes[access])
  } catch (error) {
    throw whenNotWritable(whyNotMade(error), path)
  }
}

/** What Node says of a directory that it could not make with those above it, in the system's own words. */
export const whyNotMade = (error: unknown): unknown => {
  if (hasErrorCode(error, 'EEXIST')) return inOtherWords('ENOTDIR: not a directory', error)
  // That is how a recursive mkdir fails on a read-only file system.
  if (hasErrorCode(error, 'ENOENT')) return inOtherWords('EROFS: read-only file system', error)
  return error
}

const inOtherWords = (words: string, cause: unknown): Error =>
  Object.assign(new Error(words, { cause }), { code: words.split(':')[0] })
