import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'

/** The header of every route that needs a key: 1 to 255 printable ASCII characters, `"k"` and `k` are the same. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .transform((value) => /^"(.*)"$/.exec(value)?.[1] ?? value)
    .pipe(z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters'))
    .openapi({
      type: 'string',
      pattern: '^[!-~]([ -~]{0,253}[!-~])?$',
      description:
        'Made by the client, one for each thing it wants done. A repeat with the same key and body is answered alike.',
      example: '0b9e4f0c-6d52-4c0e-8d8b-9a8a4d1f3b11',
    }),
})

export type FingerprintParts = { readonly method: string; readonly path: string; readonly body: unknown }

/** SHA-256 over what was asked for: the same for JSON with other spacing or another order of keys. */
export function fingerprint({ method, path, body }: FingerprintParts): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest('hex')
}

/** JSON without spacing and with sorted keys. Takes what JSON.parse gives. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}
