import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { abandonedProblem, RequestScope, runInScope } from './request-scope.ts'
import type { RequestContext, RequestEnvironment } from './routes.ts'

export type RequestDeadlines = {
  /** From the whole body to the answer. */
  readonly milliseconds?: number
  /** Longer or shorter ones by route template: `/api/v1/orders/:id/payment`. */
  readonly byRoute?: Readonly<Record<string, number>>
  /** How long its statements have to end, so that the answer can say what became of them. */
  readonly graceMilliseconds?: number
}

/**
 * Gives each request a scope, and ends its work when its time is over or its client has left: its statements are
 * cancelled, the answer is 503. A handler that does not end even then is left behind.
 */
export function boundTime(deadlines: RequestDeadlines = {}): MiddlewareHandler<RequestEnvironment> {
  const { milliseconds = 10_000, byRoute, graceMilliseconds = 1_000 } = deadlines
  return async (c, next) => {
    const scope = new RequestScope(c.get('span'), c.get('requestId'))
    const { outgoing } = c.env ?? {}
    const leave = () => {
      if (outgoing?.writableFinished === false) scope.abandon('client-left')
    }
    outgoing?.once('close', leave)
    const { promise: overdue, reject } = Promise.withResolvers<never>()
    const giveUp = () => reject(abandonedProblem('deadline'))
    let timer = setTimeout(() => {
      scope.abandon('deadline')
      timer = setTimeout(giveUp, graceMilliseconds)
    }, byRoute?.[templateOf(c)] ?? milliseconds)
    try {
      await Promise.race([runInScope(scope, next), overdue])
    } finally {
      clearTimeout(timer)
      outgoing?.off('close', leave)
    }
  }
}

const templateOf = (c: RequestContext): string => matchedRoutes(c).at(-1)?.path ?? ''
