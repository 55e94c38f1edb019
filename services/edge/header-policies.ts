/** Headers of one connection, never passed on (RFC 9110, 7.6.1), and `Expect`, which the edge answers itself. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers by which a client could claim to be someone, or to have asked for something else. */
export const claims: ReadonlySet<string> = new Set([
  'forwarded',
  'x-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-internal',
  'x-method-override',
  'x-original-uri',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
  'x-role',
  'x-roles',
  'x-shop-release',
  'x-user',
  'x-user-email',
  'x-user-id',
  'x-user-role',
])

/** Families of the same kind. */
const claimPrefixes = ['x-forwarded-', 'x-internal-']

/** Headers of an answer that tell what runs behind, or that the edge sets. */
export const answerDropped: ReadonlySet<string> = new Set([
  ...hopByHop,
  'server',
  'strict-transport-security',
  'x-content-type-options',
  'x-powered-by',
  'x-request-id',
  'x-shop-release',
])

/** pass: goes on unread; note: goes on and the edge reads it; drop: stays here, the edge may read it. */
type HeaderKind = 'pass' | 'note' | 'drop'
export type HeaderPolicy = { kindOf(name: string): HeaderKind }

const noted: ReadonlySet<string> = new Set(['host', 'content-length'])
const replaced: ReadonlySet<string> = new Set(['x-request-id', 'x-release-preview'])

function policyOf(kindOf: (name: string) => HeaderKind): HeaderPolicy {
  return { kindOf }
}

export const headerPolicies = {
  /** From outside: nothing that the shop's own parts say to each other. */
  public: policyOf((name) => {
    if (noted.has(name)) return 'note'
    if (hopByHop.has(name) || replaced.has(name)) return 'drop'
    if (!name.startsWith('x-')) return name === 'forwarded' ? 'drop' : 'pass'
    return claims.has(name) || claimPrefixes.some((prefix) => name.startsWith(prefix)) ? 'drop' : 'pass'
  }),
  /** From service to service: as through a ClusterIP, untouched but for what belongs to the connection. */
  internal: policyOf((name) => {
    if (noted.has(name)) return 'note'
    return hopByHop.has(name) || replaced.has(name) ? 'drop' : 'pass'
  }),
} as const
