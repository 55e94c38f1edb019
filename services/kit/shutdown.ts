import type { Logger } from './logging.ts'

export type StopRequest = {
  readonly reason: string
  readonly exitCode: number
  /** How long requests in flight may take. */
  readonly drainMilliseconds: number
  /** Whether to wait until whoever routes here has seen "not ready". */
  readonly delayed: boolean
}

/**
 * Resolves when the process shall end: SIGTERM and SIGINT in order, an unhandled error with exit code 1.
 * A second signal ends it at once.
 */
export function waitForStop(logger: Logger): Promise<StopRequest> {
  const { promise, resolve } = Promise.withResolvers<StopRequest>()
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) {
        logger.fatal({ signal }, 'second signal, ending at once')
        process.exit(1)
      }
      asked = true
      logger.info({ signal }, 'shutting down')
      resolve({ reason: signal, exitCode: 0, drainMilliseconds: 10_000, delayed: true })
    })
  }
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ error: error instanceof Error ? error : new Error(String(error)) }, `${event}, ending`)
      resolve({ reason: event, exitCode: 1, drainMilliseconds: 5_000, delayed: false })
    })
  }
  return promise
}
