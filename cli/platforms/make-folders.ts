import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasErrorCode } from '../errors/has-error-code.ts'

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path)
  } catch (error) {
    // Also where somebody else made it a moment ago.
    if (!(hasErrorCode(error, 'EEXIST') && (await isFolder(path)))) throw error
  }
}

/**
 * A folder with those above it. Not by Node's recursive mkdir: where a file system that is there answers that there is no
 * such place (/proc), it tries again for ever.
 */
export const makeFolders = async (path: string): Promise<void> => {
  const parent = dirname(path)
  if (await isFolder(path)) return
  if (parent !== path && !(await isFolder(parent))) await makeFolders(parent)
  await makeOne(path)
}
