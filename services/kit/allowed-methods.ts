import type { MiddlewareHandler } from 'hono'
import { Problem, problems } from './problems.ts'
import type { RequestEnvironment } from './routes.ts'

type RegisteredRoute = { readonly method: string; readonly path: string }

/** Answers which methods a path has, for `405` and its `Allow`; empty where no route has this path. */
export function allowedMethods(routes: readonly RegisteredRoute[]): (path: string) => readonly string[] {
  const patterns = routes
    .filter((route) => route.method !== 'ALL')
    .map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  return (path) => namedMethods(patterns.filter(({ pattern }) => pattern.test(path)))
}

/**
 * A path that a route spells out is that route's, whatever the method: `GET /users/change-password` is a wrong method
 * and not a user of that id (OpenAPI 3.1, path templating). `routes` is read at the first request, when all are there.
 */
export function refuseOtherMethods(routes: () => readonly RegisteredRoute[]): MiddlewareHandler<RequestEnvironment> {
  let spelledOut: ReadonlyMap<string, readonly string[]> | undefined
  return async (c, next) => {
    spelledOut ??= methodsOfSpelledOut(routes())
    const methods = spelledOut.get(c.req.path)
    if (methods !== undefined && !methods.includes(c.req.method)) throw wrongMethod(methods)
    await next()
  }
}

export function wrongMethod(methods: readonly string[]): Problem {
  return new Problem(problems.methodNotAllowed, { headers: { Allow: methods.join(', ') } })
}

function methodsOfSpelledOut(routes: readonly RegisteredRoute[]): ReadonlyMap<string, readonly string[]> {
  const named = routes.filter(({ method, path }) => method !== 'ALL' && !path.includes(':') && !path.includes('*'))
  return new Map([...Map.groupBy(named, ({ path }) => path)].map(([path, same]) => [path, namedMethods(same)]))
}

function namedMethods(routes: readonly { readonly method: string }[]): readonly string[] {
  const names = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(names)].toSorted()
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? '[^/]+' : literal(segment)))
  return new RegExp(`^${segments.join('/')}$`)
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
