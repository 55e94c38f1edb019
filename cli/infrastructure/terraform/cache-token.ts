import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../errors/has-error-code.ts'

/** The name of the one file in the token's folder while nobody holds it; else it is named after its holder. */
export const tokenFree = 'free'

/** Who holds the token; null where there is none yet. */
export const readToken = async (folder: string): Promise<string | null> => {
  try {
    return (await readdir(folder))[0] ?? null
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * False where it is no longer with `from`. Taking, giving back and taking over from the dead are all this one renaming:
 * of any number that saw the same holder, it succeeds for one.
 */
export const moveToken = async (folder: string, { from, to }: { from: string; to: string }): Promise<boolean> => {
  try {
    await rename(join(folder, from), join(folder, to))
    return true
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false
    throw error
  }
}

/** Once for a cache: a folder with its file in it appears in one step, and never over one that holds a token. */
export const layToken = async (folder: string): Promise<void> => {
  const beside = await mkdtemp(`${folder}-`)
  try {
    await writeFile(join(beside, tokenFree), '')
    await rename(beside, folder)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    if (!hasErrorCode(error, 'ENOTEMPTY') && !hasErrorCode(error, 'EEXIST')) throw error
  }
}
