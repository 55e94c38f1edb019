import { z } from 'zod'
import { parseJson } from '../kit/parse-json.ts'
import { serviceNames } from '../registry.ts'

const upstreamUrl = z
  .string()
  .regex(/^http:\/\/([\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/, 'must be http://host:port and nothing behind it')
  .refine((url) => URL.canParse(url), 'must be a URL')
const upstreams = z.record(z.enum(serviceNames), upstreamUrl)
const release = z.int().min(1)

const routesSchema = z.object({
  schema: z.literal('shopctl.routes/1'),
  generation: z.int().min(0),
  /** Its release is null where the platform moves users behind addresses that stay. */
  current: z.object({ release: release.nullable(), upstreams }).nullable(),
  /** `between-services`: besides who has the token, services reach it, because users are on nothing that lives. */
  candidate: z
    .object({
      release,
      token: z.string().min(16),
      upstreams,
      reach: z.enum(['by-token', 'between-services']).default('by-token'),
    })
    .nullable(),
})

/** Which release users are on and which one is being looked at before they are. */
export type Routes = z.output<typeof routesSchema>
export type RoutesReading =
  | { readonly ok: true; readonly routes: Routes }
  | { readonly ok: false; readonly reason: string }

/** Before the first release. */
export const noRoutes: Routes = { schema: 'shopctl.routes/1', generation: 0, current: null, candidate: null }

/** The routes, or why the text is not one; never a part of it, and never a token. */
export function parseRoutes(text: string): RoutesReading {
  const json = parseJson(text)
  if (json === undefined) return { ok: false, reason: 'not JSON' }
  const parsed = routesSchema.safeParse(json)
  if (parsed.success) return { ok: true, routes: parsed.data }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`)
  return { ok: false, reason: faults.join('; ') }
}
