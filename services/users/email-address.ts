import { z } from '@hono/zod-openapi'

const word = "[\\w!#$%&'*+/=?^`{|}~-]+"
/**
 * Words of printable ASCII with single dots between them, so nothing that ends or splits a mail header; a domain of
 * labels whose last one begins with a letter, because an address of a machine is none of a person.
 */
const form = new RegExp(
  `^(?=[^@]{1,64}@)${word}(?:\\.${word})*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`,
)

/** One address as it is stored and compared: trimmed, domain in lower case. The local part keeps its case. */
export const emailAddressSchema = z
  .string()
  .transform(normalised)
  .refine((address) => address.length <= 254 && form.test(address), 'must be one e-mail address')
  .openapi({ type: 'string', format: 'email', maxLength: 254, example: 'ada@shop.example' })

function normalised(text: string): string {
  const trimmed = text.replace(/^ +| +$/g, '')
  const at = trimmed.lastIndexOf('@')
  return `${trimmed.slice(0, at + 1)}${trimmed.slice(at + 1).toLowerCase()}`
}
