import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem, type ProblemKind, problems } from './problems.ts'
import type { TraceSpan } from './trace-span.ts'

/** Nobody hears the answer. 4xx, because it is not our failure; the log and the metrics show it. */
const abandonedByClient = {
  code: 'request/abandoned',
  status: 400,
  title: 'The client left before the answer',
} as const satisfies ProblemKind

const abandonments = {
  deadline: { kind: problems.unavailable, detail: 'The request took too long', headers: { 'Retry-After': '1' } },
  'client-left': { kind: abandonedByClient, detail: abandonedByClient.title, headers: {} },
} as const

export type Abandonment = keyof typeof abandonments

/** What one request has with it wherever its work is done: whether anyone still waits for it, and its trace. */
export class RequestScope {
  /** Where tracing is on and this request is traced. */
  readonly span: TraceSpan | undefined
  /** For the log. */
  readonly requestId: string | undefined
  #abandoned: Abandonment | null = null
  #committed = false
  readonly #listeners = new Set<() => void>()

  constructor(span?: TraceSpan, requestId?: string) {
    this.span = span
    this.requestId = requestId
  }

  /** Why its statements end now; null while someone waits for it, or once it has written. */
  get abandoned(): Abandonment | null {
    return this.#committed ? null : this.#abandoned
  }

  /** Something of it is in the database for good: from now on it is finished, not cut off. */
  commit(): void {
    this.#committed = true
  }

  abandon(reason: Abandonment): void {
    if (this.#abandoned !== null) return
    this.#abandoned = reason
    if (this.#committed) return
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  /** Calls back once when it is abandoned; the answer takes the callback back. */
  onAbandoned(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

export function abandonedProblem(reason: Abandonment): Problem {
  const { kind, detail, headers } = abandonments[reason]
  return new Problem(kind, { detail, headers })
}

/** Throws where nobody waits for its answer any more. */
export function refuseAbandoned(scope: RequestScope | undefined): void {
  const reason = scope?.abandoned ?? null
  if (reason !== null) throw abandonedProblem(reason)
}

const scopes = new AsyncLocalStorage<RequestScope | undefined>()

export function runInScope<Result>(scope: RequestScope, run: () => Result): Result {
  return scopes.run(scope, run)
}

/** Undefined where no request is the cause: in a job, at the start, while ending. */
export const requestScope = (): RequestScope | undefined => scopes.getStore()

/** For work that several requests share (one load for all who wait): the one that began it may leave. */
export function runOutsideRequest<Result>(run: () => Result): Result {
  return scopes.run(undefined, run)
}

/** Times a piece of a request's work as a span of its trace; without tracing it only runs it. */
export async function traced<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const span = requestScope()?.span?.child(name, { kind: 'internal' })
  if (span === undefined) return run()
  try {
    const result = await run()
    span.end()
    return result
  } catch (failure) {
    span.end({ failure })
    throw failure
  }
}
