import { setTimeout as pause } from 'node:timers/promises'
import type { EntryPoint } from '../platforms/platform.ts'
import type { SmokeCheck } from './checks.ts'

export type SmokeResult = {
  readonly check: SmokeCheck
  /** Null where the check passed, else one sentence with what was asked and what came back. */
  readonly failure: string | null
  readonly milliseconds: number
}

type RunRequest = {
  readonly entry: EntryPoint
  readonly secondsPerCheck: number
  readonly signal: AbortSignal
  readonly fetch?: typeof fetch
}

const described = (check: SmokeCheck) => `${check.method} ${check.path}`

const membersOf = (body: string): ReadonlySet<string> => {
  try {
    const value: unknown = JSON.parse(body)
    return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : [])
  } catch {
    return new Set()
  }
}

const judge = (check: SmokeCheck, { status, body }: { status: number; body: string }): string | null => {
  const { expect } = check
  if (status !== expect.status) {
    const answer = body.slice(0, 300).replaceAll(/\s+/g, ' ')
    return `${described(check)} answered ${status} instead of ${expect.status}: ${answer}`
  }
  const members = membersOf(body)
  const missing = (expect.members ?? []).filter((member) => !members.has(member))
  if (missing.length > 0) return `${described(check)} answered ${status} without ${missing.join(', ')}`
  return null
}

const againMilliseconds = 200
/** What a front door or a load balancer answers for a service that it does not reach. */
const answersOfTheWay = new Set([502, 503, 504])
/** How many times a check's own time a way may take to lead to pods that are ready: nodes learn of them late. */
const timesToSettle = 3

/** `by-the-way`: by what stands before the service, or by a service that says that it cannot. */
type Tried = Pick<SmokeResult, 'failure'> & { readonly answered: 'yes' | 'by-the-way' | 'no' }

const tryOnce = async (check: SmokeCheck, request: RunRequest, deadline: AbortSignal): Promise<Tried> => {
  const { entry, secondsPerCheck, signal } = request
  const ask = request.fetch ?? fetch
  const body = check.body === undefined ? {} : { body: JSON.stringify(check.body()) }
  try {
    const response = await ask(new URL(check.path, entry.url), {
      method: check.method,
      headers: { ...entry.headers, accept: 'application/json', 'content-type': 'application/json' },
      signal: AbortSignal.any([deadline, signal]),
      redirect: 'manual',
      ...body,
    })
    const failure = judge(check, { status: response.status, body: await response.text() })
    const byTheWay = failure !== null && answersOfTheWay.has(response.status)
    return { failure, answered: byTheWay ? 'by-the-way' : 'yes' }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    const why = deadline.aborted ? `no answer within ${secondsPerCheck} s` : cause
    return { failure: `${described(check)}: ${why}`, answered: 'no' }
  }
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
  let { failure, answered } = await tryUntilSettled(check, request)
  if (answered === 'no' && entry.confirm !== undefined) {
    await entry.confirm(signal)
    failure = (await tryUntilSettled(check, request)).failure
  }
  return { check, failure, milliseconds: Math.round(performance.now() - started) }
}

/**
 * Runs all checks at once; a check that fails never stops another. Throws UNREACHABLE where the way to the entry is
 * what got no answer.
 */
export const runChecks = (checks: readonly SmokeCheck[], request: RunRequest): Promise<readonly SmokeResult[]> =>
  Promise.all(checks.map((check) => runCheck(check, request)))
