import type { MiddlewareHandler } from 'hono'
import { Problem, problems } from './problems.ts'
import type { RequestEnvironment } from './routes.ts'

/** Refuses a path or query whose percent-encoding is not clean UTF-8: `%00`, `%ff`, half a surrogate pair. */
export const refuseMalformedTarget: MiddlewareHandler<RequestEnvironment> = async (c, next) => {
  const target = c.req.url
  if (target.includes('%') && !isCleanTarget(target)) {
    throw new Problem(problems.malformed, { detail: 'The path or query is not clean percent-encoded UTF-8' })
  }
  await next()
}

function isCleanTarget(target: string): boolean {
  try {
    return !decodeURIComponent(target).includes('\0')
  } catch {
    return false
  }
}
