import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { createFileAtomically } from '../write-file-atomically.ts'

const secretBytes = 24

/** A secret that was made before, or null. */
export const readSecret = async (directory: string, name: string): Promise<string | null> => {
  try {
    return (await readFile(join(directory, name), 'utf8')) || null
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}

/** A secret that is made once and then stays, in a file that only its owner reads. Safe in a URL and in a shell. */
export const readOrMakeSecret = async (directory: string, name: string): Promise<string> => {
  const kept = await readSecret(directory, name)
  if (kept !== null) return kept
  const made = randomBytes(secretBytes).toString('base64url')
  if (await createFileAtomically(join(directory, name), made)) return made
  return readOrMakeSecret(directory, name)
}
