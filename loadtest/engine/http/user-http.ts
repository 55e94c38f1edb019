import type { Http, HttpRequest, HttpResponse, RequestOptions } from '../scenario/http.ts'
import type { Clock } from '../schedule/clock.ts'
import type { HttpClient } from './http-client.ts'

/** One user's way to the shop: knows the step it is in, and when that should have begun. */
export class UserHttp implements Http {
  readonly #client: HttpClient
  readonly #clock: Clock
  #series = 0
  #intended: number | null = null
  #sent = 0

  constructor(client: HttpClient, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** What comes now counts there. `intended`: of the first request the time at which it should have been sent. */
  turn(series: number, intended: number | null): void {
    this.#series = series
    this.#intended = intended
  }

  get sent(): number {
    return this.#sent
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const began = this.#clock.now()
    const intended = this.#intended ?? began
    this.#intended = null
    this.#sent++
    return this.#client.send(request, { series: this.#series, began, intended })
  }

  get(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request({ ...options, method: 'GET', path })
  }

  post(path: string, value: unknown, options?: RequestOptions): Promise<HttpResponse> {
    return this.request({ ...options, ...jsonBody(value, options), method: 'POST', path })
  }

  put(path: string, value: unknown, options?: RequestOptions): Promise<HttpResponse> {
    return this.request({ ...options, ...jsonBody(value, options), method: 'PUT', path })
  }

  delete(path: string, options?: RequestOptions): Promise<HttpResponse> {
    return this.request({ ...options, method: 'DELETE', path })
  }
}

const jsonBody = (value: unknown, options: RequestOptions | undefined) => ({
  headers: { 'content-type': 'application/json', ...options?.headers },
  body: JSON.stringify(value),
})
