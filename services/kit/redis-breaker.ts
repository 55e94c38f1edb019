import { setImmediate } from 'node:timers'
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'

const failuresInARow = 5
const probeAfterMilliseconds = 1_000

class RedisSilent extends Error {
  override readonly name = 'RedisSilent'
}

/** Stops trying after five failures in a row, and tries one command a second from then on. */
export type RedisBreaker = {
  /** Rejects when there is no reply in time, and at once while it is open. */
  run<Reply>(command: () => Promise<Reply>): Promise<Reply>
  isClosed(): boolean
}

export function createRedisBreaker(milliseconds: number): RedisBreaker {
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: probeAfterMilliseconds,
    breaker: new ConsecutiveBreaker(failuresInARow),
  })
  return {
    run: (command) => policy.execute(() => inTime(command(), milliseconds)),
    isClosed: () => policy.state === CircuitState.Closed,
  }
}

/**
 * A busy process meets its timers before the replies that have long arrived, and would take its own slowness for an
 * outage just when it is full of requests. So the replies are read once more before one counts as missing.
 */
export async function inTime<Reply>(reply: Promise<Reply>, milliseconds: number): Promise<Reply> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    setImmediate(() => reject(new RedisSilent(`no reply within ${milliseconds} ms`)))
  }, milliseconds)
  try {
    return await Promise.race([reply, late])
  } finally {
    clearTimeout(timer)
  }
}
