import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { digestOf } from './assemble/content.ts'
import { digestSchema } from './assemble/oci-schemas.ts'

const foundSchema = z.object({
  digest: digestSchema,
  platforms: z.array(z.string()),
  compressedBytes: z.number(),
})

/** An image of a registry that was compared with what its source makes, and was found to be the same. */
export type FoundImage = z.infer<typeof foundSchema>

const fileOf = (directory: string, name: string): string => join(directory, `${digestOf(name).slice(7, 39)}.json`)

/** What was found under this name (host, repository and tag) before; null where nothing was. */
export const readFound = async (directory: string, name: string): Promise<FoundImage | null> => {
  const text = await readFile(fileOf(directory, name), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return foundSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

export const keepFound = async (
  directory: string,
  { name, found }: { readonly name: string; readonly found: FoundImage },
): Promise<void> => {
  await mkdir(directory, { recursive: true })
  const file = fileOf(directory, name)
  const temporary = `${file}.${randomUUID()}`
  await writeFile(temporary, JSON.stringify(found))
  await rename(temporary, file)
}
