import { z } from 'zod'
import { type CheckedRelease, type SmokeCheck, smokeChecks } from '../checks.ts'
import type { Answer } from '../exchange.ts'

/** What a healthy shop answered to one check, without what differs from shop to shop and from time to time. */
export const recordedAnswerSchema = z.object({
  check: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
})

export type RecordedAnswer = z.infer<typeof recordedAnswerSchema>

/** The release that the recorded answers are of. */
export const recordedRelease: CheckedRelease = {
  number: 1,
  services: Object.fromEntries(
    ['users', 'catalog', 'orders'].map((service) => [
      service,
      { digest: `sha256:${'0'.repeat(64)}`, settingsHash: '', migrationsHash: '', manifest: null },
    ]),
  ),
}

const keptHeaders = [
  'access-control-allow-origin',
  'cache-control',
  'content-security-policy',
  'content-type',
  'referrer-policy',
  'www-authenticate',
  'x-content-type-options',
  'x-request-id',
]

const withoutChance = (text: string): string =>
  text
    .replaceAll(/smoke-[0-9a-f-]{36}/g, 'smoke-0')
    .replaceAll(/"(x|y|kid|next_cursor)":"[^"]*"/g, '"$1":"-"')
    .replaceAll(/"version":"[0-9a-f]{12}"/g, `"version":"${'0'.repeat(12)}"`)
    .replaceAll(/"uptime_seconds":\d+/g, '"uptime_seconds":1')
    .replaceAll(/'sha256-[^']*'/g, "'sha256-'")

const documentSchema = z.object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
const namedPaths = ['/api/v1/auth/login', '/api/v1/products', '/api/v1/orders']

/** What is long is cut to what a check looks at. */
const shortened = (path: string, body: string): string => {
  if (body.startsWith('<')) return body.slice(0, '<!doctype html>'.length)
  if (path !== '/openapi.json') return body
  const { openapi, paths } = documentSchema.parse(JSON.parse(body))
  const kept = namedPaths.flatMap((name) => (name in paths ? [[name, {}]] : []))
  return JSON.stringify({ openapi, paths: Object.fromEntries(kept) })
}

export const recordedAnswer = ({ name, path }: SmokeCheck, { status, headers, text }: Answer): RecordedAnswer => ({
  check: name,
  status,
  headers: Object.fromEntries(
    keptHeaders.flatMap((header) => {
      const value = headers.get(header)
      return value === null ? [] : [[header, withoutChance(value)]]
    }),
  ),
  body: withoutChance(shortened(path, text)),
})

const keyOf = (method: string, url: string, origin: string | undefined) => [method, url, origin ?? ''].join(' ')

/** Under which request each recorded answer is found. */
export const byRequest = (answers: readonly RecordedAnswer[]) => {
  const table = new Map(
    smokeChecks(recordedRelease).map(({ name, method, path, headers }) => {
      return [keyOf(method, path, headers?.origin), answers.find(({ check }) => check === name)] as const
    }),
  )
  return (method: string, url: string, origin: string | undefined) => table.get(keyOf(method, url, origin))
}
