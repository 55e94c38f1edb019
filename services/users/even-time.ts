import { setTimeout as delay } from 'node:timers/promises'
import type { MiddlewareHandler } from 'hono'

/**
 * Says that something was accepted no sooner than after a time in which it can be done whoever has an account: to write
 * a mail down takes half a millisecond more than to find that there is nobody to mail, and who asks two hundred times
 * sees it. Only a floor: on a busy machine the wait for others hides more than that.
 */
export function evenTime(leastMilliseconds: number): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const rest = leastMilliseconds - (performance.now() - startedAt)
    if (c.res.status === 202 && rest > 0) await delay(rest)
  }
}
