import { runOutsideRequest } from './request-scope.ts'
import type { Checks } from './service.ts'

export type CheckState = 'up' | 'down'

export type Readiness = {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly checks: Readonly<Record<string, CheckState>>
  /** Why each failing check failed, for the log; it may name hosts. */
  readonly reasons: Readonly<Record<string, string>>
}

export type Health = {
  /** Own dependencies only: were it to ask other services, all would fall together. */
  readiness(): Promise<Readiness>
  /** From now on not ready, so that no new requests are sent here. */
  drain(): void
}

export type HealthOptions = {
  readonly required: Checks
  readonly optional: Checks
  /** How long one check may take. */
  readonly deadlineMilliseconds?: number
  /** How long an answer is given again, so that a storm of probes costs nothing. */
  readonly cacheMilliseconds?: number
  /** Milliseconds that never go back. */
  elapsed(): number
}

export function createHealth(options: HealthOptions): Health {
  const { required, optional, deadlineMilliseconds = 1_900, cacheMilliseconds = 1_000, elapsed } = options
  let draining = false
  let asked: { readonly at: number; readonly answer: Promise<Readiness> } | undefined

  async function ask(): Promise<Readiness> {
    const names = [...Object.keys(required), ...Object.keys(optional)]
    const outcomes = await Promise.all(
      Object.values({ ...required, ...optional }).map((check) => outcomeOf(check, deadlineMilliseconds)),
    )
    const failed = names.filter((_, index) => outcomes[index] !== null)
    const checks = Object.fromEntries(names.map((name) => [name, failed.includes(name) ? 'down' : 'up'] as const))
    const reasons = Object.fromEntries(failed.map((name) => [name, outcomes[names.indexOf(name)] ?? '']))
    if (failed.some((name) => name in required)) return { status: 'unavailable', checks, reasons }
    return { status: failed.length > 0 ? 'degraded' : 'ok', checks, reasons }
  }

  return {
    async readiness() {
      if (draining) return { status: 'unavailable', checks: { process: 'down' }, reasons: { process: 'shutting down' } }
      if (asked === undefined || elapsed() - asked.at >= cacheMilliseconds) {
        // Given to others as well, so it does not end with the request that came first.
        asked = { at: elapsed(), answer: runOutsideRequest(ask) }
      }
      return asked.answer
    },
    drain() {
      draining = true
    },
  }
}

/** Null where the check works, else why it does not. */
async function outcomeOf(check: () => Promise<void>, deadlineMilliseconds: number): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${deadlineMilliseconds} ms`), deadlineMilliseconds)
  const answer = check().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const outcome = await Promise.race([answer, late])
  clearTimeout(timer)
  return outcome
}
