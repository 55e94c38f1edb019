import type pg from 'pg'
import { cancelRunning } from './cancel-request.ts'
import { CancelledForAnother, DatabaseUnavailable, databaseFault, isAnswered } from './database-faults.ts'
import { abandonedProblem } from './request-scope.ts'
import { isCancelled, queryConfig, type Statement } from './statement.ts'

type Sent = {
  readonly statement: Statement
  /** When the server came to it; 0 while it works on others. */
  workingSince: number
  unwanted: boolean
}

/** Comfortably below statement_timeout: what was cancelled sooner was not cancelled by its own time limit. */
const ownLimitMilliseconds = 4_500

/**
 * One connection for the single statements of many requests: each is sent at once, the server answers in order. Each
 * is a transaction of its own, so none can see or undo another.
 */
export class SharedConnection {
  readonly #client: pg.PoolClient
  readonly #sent: Sent[] = []
  readonly #onError: (error: Error) => void
  #state: 'open' | 'retiring' | 'released' = 'open'
  #broken = false
  #cancelledAt = Number.NEGATIVE_INFINITY

  /** `onBroken` is called where it breaks while idle. */
  constructor(client: pg.PoolClient, onBroken: (error: Error) => void) {
    this.#client = client
    this.#onError = (error) => {
      if (this.#broken) return
      this.#broken = true
      if (this.#sent.length === 0) onBroken(error)
      this.retire()
    }
    client.on('error', this.#onError)
  }

  get usable(): boolean {
    return this.#state === 'open'
  }

  /** Statements that the server has not answered yet. */
  get load(): number {
    return this.#sent.length
  }

  /** How long the server has been at what it works on. */
  workingMilliseconds(): number {
    const since = this.#sent[0]?.workingSince
    return since === undefined ? 0 : performance.now() - since
  }

  /** Takes no more; goes back to the pool, or is closed where it broke, once all is answered. */
  retire(): void {
    if (this.#state === 'released') return
    this.#state = 'retiring'
    if (this.#sent.length > 0) return
    this.#state = 'released'
    // The pool gives it out again, and again.
    this.#client.off('error', this.#onError)
    // A cancel under way would hit whoever has it next.
    const cancelUnderWay = performance.now() - this.#cancelledAt < 2_000
    this.#client.release(this.#broken || cancelUnderWay)
  }

  run(statement: Statement): Promise<pg.QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>()
    const sent: Sent = { statement, workingSince: 0, unwanted: false }
    this.#sent.push(sent)
    this.#begin()
    const stopListening = statement.scope?.onAbandoned(() => {
      sent.unwanted = true
      if (this.#sent[0] === sent) this.#cancel()
      // Of a write the answer tells whether it happened, and so it is waited for.
      else if (!statement.facts.writes) reject(this.#abandoned(statement))
    })
    this.#client.query(queryConfig(statement), (error: Error | null, result: pg.QueryResult) => {
      stopListening?.()
      const failure = error === null || error === undefined ? null : this.#failure(sent, error)
      this.#end(sent)
      if (failure === null) resolve(result)
      else reject(failure)
    })
    return promise
  }

  #begin(): void {
    const first = this.#sent[0]
    if (first === undefined || first.workingSince !== 0) return
    first.workingSince = performance.now()
    if (first.unwanted) this.#cancel()
  }

  #cancel(): void {
    this.#cancelledAt = performance.now()
    cancelRunning(this.#client)
  }

  #end(sent: Sent): void {
    const place = this.#sent.indexOf(sent)
    if (place === -1) return
    this.#sent.splice(place, 1)
    if (this.#broken || this.#state === 'retiring') this.retire()
    else this.#begin()
  }

  #failure(sent: Sent, error: Error): Error {
    const { statement, workingSince, unwanted } = sent
    if (!isAnswered(error)) {
      this.#broken = true
      return DatabaseUnavailable.from(error)
    }
    // The server is going away, or has become read-only: the next statement has to find the new one.
    this.#broken ||= databaseFault(error)?.kind === 'unavailable'
    if (!isCancelled(error)) return error
    if (unwanted) return this.#abandoned(statement)
    const meant = performance.now() - workingSince >= ownLimitMilliseconds
    return meant ? error : new CancelledForAnother('cancelled in place of another statement', { cause: error })
  }

  #abandoned({ scope }: Statement): Error {
    return abandonedProblem(scope?.abandoned ?? 'deadline')
  }
}
