import type { ReleaseRecord } from '../releases/release.ts'

/** The record, or in one line what is wrong with the text. */
export const parseReleaseRecord = async (
  text: string,
  number: number,
): Promise<{ readonly record: ReleaseRecord } | { readonly wrong: string }> => {
  const json = parseJson(text)
  if ('wrong' in json) return json
  // Loaded here, so that a command that reads no record does not pay for the schema library.
  const { releaseRecordSchema } = await import('../releases/release.ts')
  const parsed = releaseRecordSchema.safeParse(json.value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { wrong: `${issue?.path.join('.') || 'the whole'}: ${issue?.message}` }
  }
  if (parsed.data.number !== number) return { wrong: `it is the record of release ${parsed.data.number}` }
  return { record: parsed.data }
}

const parseJson = (text: string): { readonly value: unknown } | { readonly wrong: string } => {
  if (text.trim() === '') return { wrong: 'it is empty' }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { wrong: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}
