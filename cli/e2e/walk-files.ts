import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

export type FoundFile = { readonly path: string; readonly mode: number; readonly text: string }

/** Every file below a folder but those of the folders that are left out; one that goes away meanwhile is none. */
export const walkFiles = async (root: string, leaveOut: readonly string[]): Promise<readonly FoundFile[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !leaveOut.some((folder) => path.startsWith(`${folder}/`)))
  const read = async (path: string): Promise<readonly FoundFile[]> => {
    const file = join(root, path)
    const { mode } = await stat(file)
    return [{ path, mode: mode & 0o777, text: await readFile(file, 'latin1') }]
  }
  return (await Promise.all(paths.map((path) => read(path).catch(() => [])))).flat()
}
