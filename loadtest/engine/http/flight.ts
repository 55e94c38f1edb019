import type { Dispatcher } from 'undici'
import { type Outcome, RequestFailed } from '../record/outcome.ts'
import type { Expectation, HttpResponse } from '../scenario/http.ts'
import type { Pending } from './deadlines.ts'
import { transportFailure } from './transport-failure.ts'

export type Ended = { readonly flight: Flight; readonly outcome: Outcome; readonly reason: string | null }

/** The connection that it is on. */
export type Lane = {
  /** The request is being written. */
  sent(): void
  /** Its answer was read, or there will be none. */
  free(): void
}

type Departure = {
  /** Where it counts. */
  readonly series: number
  /** When it was sent off, and when it should have been; milliseconds of the clock. */
  readonly began: number
  readonly intended: number
  readonly expect: Expectation | undefined
  ended(ended: Ended): void
  resolve(response: HttpResponse): void
  reject(reason: RequestFailed): void
}

/** One request and its answer; undici's handler itself, so that a request costs one object. */
export class Flight implements Dispatcher.DispatchHandler, HttpResponse, Pending {
  readonly series: number
  readonly began: number
  readonly intended: number
  before: Pending | null = null
  after: Pending | null = null
  lane: Lane | null = null
  hasEnded = false
  status = 0
  headers: HttpResponse['headers'] = {}
  readonly #departure: Departure
  #controller: Dispatcher.DispatchController | null = null
  #body: Buffer[] = []

  constructor(departure: Departure) {
    this.#departure = departure
    this.series = departure.series
    this.began = departure.began
    this.intended = departure.intended
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have waited for a connection until its time was over: then it is not sent at all.
    if (this.hasEnded) controller.abort(tooLate)
    else this.#controller = controller
    this.lane?.sent()
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpResponse['headers']): void {
    this.status = status
    this.headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body.push(chunk)
  }

  onResponseEnd(): void {
    this.lane?.free()
    if (this.hasEnded) return
    const reason = this.#complaint()
    this.#end(reason === null ? 'ok' : 'failed', reason)
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: unknown): void {
    this.lane?.free()
    const { outcome, reason } = transportFailure(error)
    this.#end(outcome, reason)
  }

  expire(): void {
    this.#end('timed_out', null)
    this.#controller?.abort(tooLate)
  }

  cancel(): void {
    this.#end('cancelled', null)
    this.#controller?.abort(tooLate)
  }

  text(): string {
    const [only] = this.#body
    return only !== undefined && this.#body.length === 1 ? only.toString() : Buffer.concat(this.#body).toString()
  }

  json(): unknown {
    return JSON.parse(this.text())
  }

  #complaint(): string | null {
    const { expect } = this.#departure
    if (!isExpected(this.status, expect?.status)) return `status ${this.status}`
    if (expect?.check === undefined) return null
    try {
      const complaint = expect.check(this)
      return complaint === null ? null : `check ${complaint}`
    } catch (error) {
      // What is no JSON, or has another shape than the check reads, is an answer of the shop, not a fault of ours.
      return `check threw ${error instanceof Error ? error.name : 'something'}`
    }
  }

  #end(outcome: Outcome, reason: string | null): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.#departure.ended({ flight: this, outcome, reason })
    if (outcome === 'ok') this.#departure.resolve(this)
    else this.#departure.reject(new RequestFailed(outcome, reason))
  }
}

const tooLate = new RequestFailed('cancelled', null)

const isExpected = (status: number, expected: Expectation['status']): boolean => {
  if (expected === undefined) return status >= 200 && status < 400
  return typeof expected === 'number' ? status === expected : expected.includes(status)
}
