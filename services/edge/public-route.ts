import { type ServiceName, serviceNames, services } from '../registry.ts'

/** What the edge answers itself. */
export type EdgePage = 'home' | 'docs' | 'openapi' | 'problems' | 'problem' | 'health'

/** What the front door does with a request target. `route` is a template, fit to be a label. */
export type PublicRoute =
  | { readonly kind: 'service'; readonly service: ServiceName; readonly route: string; readonly target: string }
  | { readonly kind: 'page'; readonly page: EdgePage; readonly route: string; readonly code?: string }
  | { readonly kind: 'unknown'; readonly route: 'unmatched' }

const unknown: PublicRoute = { kind: 'unknown', route: 'unmatched' }

const prefixes = serviceNames.flatMap((service) =>
  services[service].routes.map((prefix) => ({ service, prefix, below: `${prefix}/` })),
)

const fixed: ReadonlyMap<string, PublicRoute> = new Map<string, PublicRoute>([
  ['/', { kind: 'page', page: 'home', route: '/' }],
  ['/docs', { kind: 'page', page: 'docs', route: '/docs' }],
  ['/openapi.json', { kind: 'page', page: 'openapi', route: '/openapi.json' }],
  ['/problems', { kind: 'page', page: 'problems', route: '/problems' }],
  ['/health', { kind: 'page', page: 'health', route: '/health' }],
  ...serviceNames.flatMap((service): [string, PublicRoute][] => [
    [`/health/${service}`, { kind: 'service', service, route: `/health/${service}`, target: '/health' }],
    [`/docs/${service}`, { kind: 'service', service, route: `/docs/${service}`, target: '/docs' }],
    [`/openapi/${service}.json`, { kind: 'service', service, route: '/openapi', target: '/openapi.json' }],
  ]),
])

/**
 * Decides on the path decoded once. Only what is listed passes; a path that any layer could read in a second way
 * (dot segments, empty segments, encoded slashes, path parameters) is unknown, so that no rule can be walked around.
 */
export function publicRoute(requestTarget: string): PublicRoute {
  const target = originForm(requestTarget)
  const queryAt = target.indexOf('?')
  const path = decodeOnce(queryAt < 0 ? target : target.slice(0, queryAt))
  if (path === null) return unknown

  for (const { service, prefix, below } of prefixes) {
    if (path !== prefix && !path.startsWith(below)) continue
    return { kind: 'service', service, route: prefix, target }
  }
  const code = /^\/problems\/([a-z-]+\/[a-z-]+)$/.exec(path)?.[1]
  if (code !== undefined) return { kind: 'page', page: 'problem', route: '/problems', code }
  const page = fixed.get(path)
  if (page === undefined) return unknown
  // Readiness says what is behind the door; outside only being alive is told.
  if (page.route.startsWith('/health') && asksForCheck(target, queryAt)) return unknown
  return page
}

/** `GET http://host/path` is the same request as `GET /path` (RFC 9112, 3.2.2). */
export function originForm(requestTarget: string): string {
  if (requestTarget.startsWith('/')) return requestTarget
  const rest = /^https?:\/\/[^/?#]+(?<rest>.*)$/i.exec(requestTarget)?.groups?.rest
  if (rest === undefined) return requestTarget
  return rest.startsWith('/') ? rest : `/${rest}`
}

const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ambiguousSegment = /^$|^\.{1,2}$|[/\\;\u0000-\u001f\u007f]/

function decodeOnce(path: string): string | null {
  if (plainPath.test(path) || path === '/') return path
  if (!path.startsWith('/') || /[^\u0021-\u007e]|#/.test(path)) return null
  const segments: string[] = []
  for (const raw of path.slice(1).split('/')) {
    const segment = decodeSegment(raw)
    if (segment === null || ambiguousSegment.test(segment)) return null
    segments.push(segment)
  }
  return `/${segments.join('/')}`
}

function decodeSegment(raw: string): string | null {
  try {
    return decodeURIComponent(raw)
  } catch {
    return null
  }
}

function asksForCheck(target: string, queryAt: number): boolean {
  return queryAt >= 0 && new URLSearchParams(target.slice(queryAt)).has('check')
}
