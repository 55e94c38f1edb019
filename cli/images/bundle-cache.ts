import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const entrySchema = z.object({
  recipe: z.string(),
  digest: z.string(),
  bytes: z.number(),
  migrationsHash: z.string(),
  /** Path below the repository, size in bytes, modification time in milliseconds. */
  inputs: z.array(z.tuple([z.string(), z.number(), z.number()])),
})

export type BundleCacheEntry = z.infer<typeof entrySchema>

/** Size and time of each input: what tells an edit from none without reading a file. */
export const stampInputs = (root: string, paths: readonly string[]): Promise<[string, number, number][]> =>
  Promise.all(
    paths.map(async (path): Promise<[string, number, number]> => {
      const { size, mtimeMs } = await stat(join(root, path))
      return [path, size, mtimeMs]
    }),
  )

const isCurrent = async (root: string, entry: BundleCacheEntry): Promise<boolean> => {
  const paths = entry.inputs.map(([path]) => path)
  const stamps = await stampInputs(root, paths).catch(() => null)
  if (stamps === null) return false
  return stamps.every(([, size, time], index) => {
    const [, size0, time0] = entry.inputs[index] ?? []
    return size === size0 && time === time0
  })
}

/** The last bundle's facts where none of its inputs has changed since, else null. */
export const readBundleCache = async (
  file: string,
  { root, recipe }: { root: string; recipe: string },
): Promise<BundleCacheEntry | null> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const entry = entrySchema.safeParse(parseJson(text))
  if (!entry.success || entry.data.recipe !== recipe) return null
  return (await isCurrent(root, entry.data)) ? entry.data : null
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
