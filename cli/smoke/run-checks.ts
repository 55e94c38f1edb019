import { setTimeout as pause } from 'node:timers/promises'
import type { EntryPoint } from '../platforms/platform.ts'
import type { SmokeCheck } from './checks.ts'
import { exchange } from './exchange.ts'
import { faultOf } from './expectation.ts'

export type SmokeResult = {
  readonly check: SmokeCheck
  /** Null where the check passed, else one sentence with what was asked and what came back. */
  readonly failure: string | null
  /** `no`: not even a wrong answer came. */
  readonly answered: 'yes' | 'no'
  /** By which the logs of the shop know the last request of the check. */
  readonly requestId: string
  readonly milliseconds: number
}

type RunRequest = {
  readonly entry: EntryPoint
  readonly secondsPerCheck: number
  readonly signal: AbortSignal
  readonly fetch?: typeof fetch
}

const againMilliseconds = 200
/** What a front door or a load balancer answers for a service that it does not reach. */
const answersOfTheWay = new Set([502, 503, 504])
/** How many times a check's own time a way may take to lead to pods that are ready: nodes learn of them late. */
const timesToSettle = 3

/** `by-the-way`: by what stands before the service, by a service that says that it cannot, or by the pods of before. */
type Tried = Pick<SmokeResult, 'failure' | 'requestId'> & { readonly answered: 'yes' | 'by-the-way' | 'no' }

const tryOnce = async (check: SmokeCheck, request: RunRequest, deadline: AbortSignal): Promise<Tried> => {
  const { entry, secondsPerCheck, signal, fetch } = request
  const { method, path, headers = {}, body, expect, mayLag = false } = check
  const asked = { method, path, headers, body: body?.() }
  const { answer, silence, requestId } = await exchange(asked, {
    entry,
    seconds: secondsPerCheck,
    signal,
    deadline,
    fetch,
  })
  if (answer === null) return { failure: `${method} ${path}: ${silence}`, answered: 'no', requestId }
  const fault = faultOf(answer, expect)
  if (fault === null) return { failure: null, answered: 'yes', requestId }
  const byTheWay = mayLag || answersOfTheWay.has(answer.status)
  return { failure: `${method} ${path} ${fault}`, answered: byTheWay ? 'by-the-way' : 'yes', requestId }
}

const tryForItsTime = async (check: SmokeCheck, request: RunRequest): Promise<Tried> => {
  const deadline = AbortSignal.timeout(request.secondsPerCheck * 1000)
  let tried = await tryOnce(check, request, deadline)
  // Who has closed a connection cannot be seen from here where the way itself may break.
  while (tried.answered === 'no' && request.entry.confirm !== undefined && !deadline.aborted) {
    await pause(againMilliseconds, undefined, { signal: request.signal })
    const next = await tryOnce(check, request, deadline)
    // The last words of a connection tell more than that the time was over.
    if (next.answered !== 'no' || !deadline.aborted) tried = next
  }
  return tried
}

/** Nobody can be asked whether every node already sends to the new pods: only an answer shows it. */
const tryUntilSettled = async (check: SmokeCheck, request: RunRequest): Promise<Tried> => {
  const settled = AbortSignal.timeout(Math.ceil(request.secondsPerCheck * timesToSettle * 1000))
  let tried = await tryForItsTime(check, request)
  while (tried.answered === 'by-the-way' && request.entry.confirm !== undefined && !settled.aborted) {
    await pause(againMilliseconds, undefined, { signal: request.signal })
    tried = await tryForItsTime(check, request)
  }
  return tried
}

const runCheck = async (check: SmokeCheck, request: RunRequest): Promise<SmokeResult> => {
  const { entry, signal } = request
  const started = performance.now()
  let tried = await tryUntilSettled(check, request)
  if (tried.answered === 'no' && entry.confirm !== undefined) {
    await entry.confirm(signal)
    tried = await tryUntilSettled(check, request)
  }
  const { failure, requestId, answered } = tried
  const milliseconds = Math.round(performance.now() - started)
  return { check, failure, requestId, answered: answered === 'no' ? 'no' : 'yes', milliseconds }
}

/**
 * Runs all checks at once; a check that fails never stops another. Throws UNREACHABLE where the way to the entry is
 * what got no answer.
 */
export const runChecks = (checks: readonly SmokeCheck[], request: RunRequest): Promise<readonly SmokeResult[]> =>
  Promise.all(checks.map((check) => runCheck(check, request)))
