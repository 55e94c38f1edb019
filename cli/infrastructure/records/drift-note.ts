import { z } from 'zod'
import type { ObjectStore } from './object-store.ts'

const noteSchema = z.object({
  schema: z.literal('shopctl.drift-note/1'),
  checkedAt: z.iso.datetime(),
  differences: z.number(),
  untracked: z.number().nullable(),
})

/** When somebody looked for drift last, and how much there was. */
export type DriftNote = z.infer<typeof noteSchema>

const keyOf = (stack: string): string => `shopctl/drift/${stack}.json`

export const readDriftNote = async (objects: ObjectStore, stack: string): Promise<DriftNote | null> => {
  const found = await objects.read(keyOf(stack))
  if (found === null) return null
  const parsed = noteSchema.safeParse(readJson(found.text))
  return parsed.success ? parsed.data : null
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const writeDriftNote = async (objects: ObjectStore, stack: string, note: Omit<DriftNote, 'schema'>) => {
  const text = `${JSON.stringify({ schema: 'shopctl.drift-note/1', ...note }, null, 2)}\n`
  await objects.write(keyOf(stack), { text, condition: 'whatever-is-there' })
}
