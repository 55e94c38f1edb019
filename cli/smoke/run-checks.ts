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

const runCheck = async (check: SmokeCheck, request: RunRequest): Promise<SmokeResult> => {
  const { entry, secondsPerCheck, signal } = request
  const ask = request.fetch ?? fetch
  const deadline = AbortSignal.timeout(secondsPerCheck * 1000)
  const started = performance.now()
  const elapsed = () => Math.round(performance.now() - started)
  const body = check.body === undefined ? {} : { body: JSON.stringify(check.body) }
  try {
    const response = await ask(new URL(check.path, entry.url), {
      method: check.method,
      headers: { ...entry.headers, accept: 'application/json', 'content-type': 'application/json' },
      signal: AbortSignal.any([deadline, signal]),
      redirect: 'manual',
      ...body,
    })
    const failure = judge(check, { status: response.status, body: await response.text() })
    return { check, failure, milliseconds: elapsed() }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    const why = deadline.aborted ? `no answer within ${secondsPerCheck} s` : cause
    return { check, failure: `${described(check)}: ${why}`, milliseconds: elapsed() }
  }
}

/** Runs all checks at once; a check that fails never stops another. */
export const runChecks = (checks: readonly SmokeCheck[], request: RunRequest): Promise<readonly SmokeResult[]> =>
  Promise.all(checks.map((check) => runCheck(check, request)))
