import { z } from '@hono/zod-openapi'

/** Printable ASCII without what ends or splits a mail header; a domain of labels with a dot. */
const form = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/

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
