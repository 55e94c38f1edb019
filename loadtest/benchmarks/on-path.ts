import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The file that a shell would start; null where there is none. */
export const onPath = (program: string): string | null => {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? null
}
