import { z } from '@hono/zod-openapi'

/** The language for mails and formats, as a tag of BCP 47 in its canonical spelling. */
export const localeSchema = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag')
  .transform((tag, context) => {
    const [canonical] = canonicalTags(tag)
    if (canonical !== undefined && canonical.length <= 35) return canonical
    context.addIssue({ code: 'custom', message: 'must be a language tag' })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'de-CH', maxLength: 35 })

function canonicalTags(tag: string): readonly string[] {
  try {
    return Intl.getCanonicalLocales(tag)
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}
