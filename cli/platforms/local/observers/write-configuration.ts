import { readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { RenderedFile } from '../../../../observability/rendered-file.ts'
import { whenNotWritable } from '../../state-not-writable.ts'
import { writeFileAtomically } from '../../write-file-atomically.ts'

/** With `/`, below the folder; empty where it is not there yet. */
const filesBelow = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
}

/** Makes one folder of the configuration hold exactly these files: a rule that is gone must not go on firing. */
export const writeConfiguration = async (
  directory: string,
  { folder, files }: { readonly folder: string; readonly files: readonly RenderedFile[] },
): Promise<void> => {
  const wanted = files.filter(({ path }) => path.startsWith(`${folder}/`))
  for (const { path, text } of wanted) await writeFileAtomically(join(directory, path), text)
  const names = new Set(wanted.map(({ path }) => path))
  const gone = (await filesBelow(directory)).filter((path) => path.startsWith(`${folder}/`) && !names.has(path))
  for (const path of gone) {
    await rm(join(directory, path), { force: true }).catch((error: unknown) => {
      throw whenNotWritable(error, path)
    })
  }
}
