import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export type ObjectStorePlace =
  | { readonly kind: 'file'; readonly directory: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      /** Without a slash at its end; empty: the whole bucket. */
      readonly prefix: string
      /** The key that S3 shall encrypt with, in place of the bucket's own rule. */
      readonly kmsKeyId: string | null
    }

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const prefixName = /^(\/[A-Za-z0-9][A-Za-z0-9._-]*)*\/?$/

/** `file:///a/directory`, or `s3://bucket/prefix` with `?kms_key=` where the bucket's own key is not meant. */
export const objectStoreUrl = z
  .string()
  .refine((text) => placeOf(text) !== null, {
    error: 'must be file:// and the path of a directory, or s3:// with a bucket and a prefix',
    abort: true,
  })
  .transform((text, context): ObjectStorePlace => {
    const place = placeOf(text)
    if (place !== null) return place
    context.addIssue('must be the URL of an object store')
    return z.NEVER
  })

function placeOf(text: string): ObjectStorePlace | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, pathname, port, username, searchParams, hash } = new URL(text)
  if (username !== '' || port !== '' || hash !== '') return null
  const named = [...searchParams.keys()]
  if (protocol === 'file:' && /^file:\/\/\/[^/]/.test(text) && named.length === 0) {
    return { kind: 'file', directory: fileURLToPath(text) }
  }
  if (protocol !== 's3:' || !bucketName.test(hostname) || !prefixName.test(pathname)) return null
  if (named.some((name) => name !== 'kms_key')) return null
  const prefix = pathname.replace(/^\/|\/$/g, '')
  return { kind: 's3', bucket: hostname, prefix, kmsKeyId: searchParams.get('kms_key') }
}
