import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'

/** A Secret's `data`: values in base64. */
export const encodeSecret = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

/** The values of a Secret; what is no text is left out. */
export const decodeSecret = ({ data }: KubeObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isRecord(data) ? data : {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, Buffer.from(value, 'base64').toString('utf8')] as const] : [],
    ),
  )
