import { type HeaderPolicy, headerPolicies, hopByHop } from './header-policies.ts'

/** One pass over what the client sent: what is passed on, and what the edge itself wants to know. */
export type RequestHead = {
  /** Names in lower case and values in turn, without what may not pass. */
  readonly passed: string[]
  readonly requestId: string | null
  readonly previewToken: string | null
  readonly forwardedFor: string | null
  readonly forwardedProtocol: string | null
  readonly host: string | null
  readonly hostCount: number
  readonly hasBody: boolean
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/

export function readRequestHead(rawHeaders: readonly string[], policyName: keyof typeof headerPolicies): RequestHead {
  const policy: HeaderPolicy = headerPolicies[policyName]
  const passed: string[] = []
  const seen: Record<string, string> = Object.create(null)
  let hostCount = 0
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (name === 'host') hostCount += 1
    const kind = policy.kindOf(name)
    if (kind !== 'pass') seen[name] = seen[name] === undefined ? value : `${seen[name]}, ${value}`
    if (kind !== 'drop') passed.push(name, value)
  }

  const listed = listedByConnection(seen.connection)
  const requestId = seen['x-request-id']
  return {
    passed: listed === null ? passed : without(passed, listed),
    requestId: requestId !== undefined && requestIdPattern.test(requestId) ? requestId : null,
    previewToken: seen['x-release-preview'] ?? null,
    forwardedFor: seen['x-forwarded-for'] ?? null,
    forwardedProtocol: seen['x-forwarded-proto'] ?? null,
    host: seen.host ?? null,
    hostCount,
    hasBody: seen['transfer-encoding'] !== undefined || (seen['content-length'] ?? '0') !== '0',
  }
}

/** Header names that `Connection` makes hop-by-hop, beyond the usual two words. */
export function listedByConnection(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null
  const names = connection.toLowerCase().split(',')
  const listed = names.map((name) => name.trim()).filter((name) => !hopByHop.has(name) && !framing.has(name))
  return listed.length === 0 ? null : new Set(listed)
}

/** Dropping these would change where the message ends or whom it is for. */
const framing = new Set(['close', 'content-length', 'host', ''])

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !names.has(headers[index - (index % 2)] ?? ''))
}
