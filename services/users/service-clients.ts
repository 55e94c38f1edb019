import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Scope } from '../kit/access.ts'

/** What each client may do at each service: one table, so that no setting can give a client more. */
const grants = {
  'order-management': {
    'user-management': ['sessions:read', 'users:contact'],
    'product-catalog': ['inventory:reserve', 'inventory:commit'],
  },
  'product-catalog': {
    'user-management': ['sessions:read'],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly Scope[]>>>>

export const serviceClientIds = ['order-management', 'product-catalog'] as const satisfies (keyof typeof grants)[]
export type ServiceClientId = (typeof serviceClientIds)[number]

/** Undefined where the client has nothing to do at that service. */
export function grantedScopes(client: ServiceClientId, audience: string): readonly Scope[] | undefined {
  return Object.entries<readonly Scope[]>(grants[client]).find(([service]) => service === audience)?.[1]
}

const clientSchema = z.strictObject({ id: z.enum(serviceClientIds), secret_sha256: z.string().regex(/^[0-9a-f]{64}$/) })
export type ServiceClient = z.output<typeof clientSchema>

const rule =
  'must be a JSON array of {"id", "secret_sha256"}: a known client, and the SHA-256 of its secret in small hex digits'

/** The setting SERVICE_CLIENTS. An id may stand there twice, so that its secret can change while both are good. */
export const serviceClientsSchema = z.string().transform((text, context): readonly ServiceClient[] => {
  const parsed = z.array(clientSchema).safeParse(parsedOrNull(text))
  if (parsed.success) return parsed.data
  context.addIssue({ code: 'custom', message: rule })
  return z.NEVER
})

/** As hono/utils/basic-auth reads them: the id is the username, the secret the password. */
export type GivenCredentials = { readonly username: string; readonly password: string }

/** Looks at every client, so that the time does not tell which ids there are. */
export function findClient(clients: readonly ServiceClient[], given: GivenCredentials): ServiceClientId | undefined {
  const digest = createHash('sha256').update(given.password).digest()
  const matching = clients.filter(({ id, secret_sha256 }) => {
    const isSecret = timingSafeEqual(digest, Buffer.from(secret_sha256, 'hex'))
    return isSecret && id === given.username
  })
  return matching[0]?.id
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
