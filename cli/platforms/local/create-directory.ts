import { chmod, mkdir } from 'node:fs/promises'
import { hasErrorCode } from '../../errors/has-error-code.ts'
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
    throw whenNotWritable(hasErrorCode(error, 'EEXIST') ? fileInTheWay(error) : error, path)
  }
}

const fileInTheWay = (cause: unknown): Error =>
  Object.assign(new Error('ENOTDIR: not a directory', { cause }), { code: 'ENOTDIR' })
