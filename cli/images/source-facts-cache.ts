import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hasErrorCode } from '../errors/has-error-code.ts'
import type { SourceFacts } from './assemble/image-config.ts'

const factsSchema = z.object({
  revision: z.string(),
  createdAt: z.string(),
  source: z.string(),
  version: z.string(),
})

const read = async (file: string): Promise<SourceFacts | null> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return factsSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * What an image says of its source is what was true when this machine first built it: a later commit that changes
 * another service must not change this one's digest. Who is first decides, also of two at once.
 */
export const firstFacts = async (
  directory: string,
  { name, facts }: { readonly name: string; readonly facts: SourceFacts },
): Promise<SourceFacts> => {
  const file = join(directory, `${name}.json`)
  const kept = await read(file)
  if (kept !== null) return kept
  await mkdir(directory, { recursive: true })
  const { revision, createdAt, source, version } = facts
  await writeFile(file, JSON.stringify({ revision, createdAt, source, version }), { flag: 'wx' }).catch(
    (error: unknown) => {
      if (!hasErrorCode(error, 'EEXIST')) throw error
    },
  )
  return (await read(file)) ?? facts
}
