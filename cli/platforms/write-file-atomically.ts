import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { whyNotMade } from './create-directory.ts'
import { whenNotWritable } from './state-not-writable.ts'

/**
 * Replaces a file as a whole: a reader, also after a crash, sees the old text or the new one, never a part.
 * Creates the directory. Throws STATE_NOT_WRITABLE on a full or read-only disk and leaves no half file behind.
 */
export const writeFileAtomically = async (path: string, text: string): Promise<void> => {
  await publish(path, { text, by: rename })
}

/** Creates a file as a whole. Answers false, and changes nothing, where the path is taken: of many callers one wins. */
export const createFileAtomically = async (path: string, text: string): Promise<boolean> => {
  try {
    await publish(path, { text, by: link })
    return true
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false
    throw error
  }
}

type Publication = {
  readonly text: string
  readonly by: (written: string, path: string) => Promise<void>
}

const publish = async (path: string, { text, by }: Publication): Promise<void> => {
  await createDirectory(dirname(path))
  const written = `${path}.${randomUUID()}.tmp`
  try {
    await writeToDisk(written, text)
    await by(written, path)
  } catch (error) {
    throw whenNotWritable(error, path)
  } finally {
    await rm(written, { force: true }).catch(() => undefined)
  }
}

/** Apart from the rest, because here EEXIST means that a file is in the way and not that another caller won. */
const createDirectory = async (directory: string): Promise<void> => {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw whenNotWritable(whyNotMade(error), directory)
  }
}

const writeToDisk = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
