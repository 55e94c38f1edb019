import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RenderedFile } from '../../observability/rendered-file.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { makeFolders } from '../platforms/make-folders.ts'

/** Writes each file to its path below the folder. Throws OUTPUT_NOT_WRITABLE (refused). */
export const writeRendered = async (folder: string, files: readonly RenderedFile[]): Promise<void> => {
  try {
    for (const { path, text } of files) {
      await makeFolders(dirname(join(folder, path)))
      await writeFile(join(folder, path), text)
    }
  } catch (cause) {
    throw new ShopctlError({
      code: 'OUTPUT_NOT_WRITABLE',
      outcome: 'refused',
      what: `${folder} cannot be written.`,
      why: [cause instanceof Error ? cause.message : String(cause)],
      fix: [toType('observability render')],
      cause,
    })
  }
}
