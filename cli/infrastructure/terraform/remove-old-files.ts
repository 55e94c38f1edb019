import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Takes away files that were last written longer ago; a folder that is not there has none. */
export const removeOldFiles = async (
  folder: string,
  { olderThanHours, now }: { olderThanHours: number; now: Date },
): Promise<void> => {
  const names = await readdir(folder).catch((): string[] => [])
  const earliest = now.getTime() - olderThanHours * 3_600_000
  for (const name of names) {
    const file = join(folder, name)
    const found = await stat(file).catch(() => null)
    if (found?.isFile() && found.mtimeMs < earliest) await rm(file, { force: true })
  }
}
