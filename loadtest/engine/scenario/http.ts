/** The answer to one request, its body read to the end. */
export type HttpResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  text(): string
  /** Throws a SyntaxError where the body is not JSON. */
  json(): unknown
}

/** What makes an answer a good one. */
export type Expectation = {
  /** Left out, every status from 200 to 399. */
  readonly status?: number | readonly number[]
  /** What is wrong with it, in a few words that many answers share; null where nothing is. */
  check?(response: HttpResponse): string | null
}

export type RequestOptions = {
  readonly headers?: Readonly<Record<string, string>>
  readonly expect?: Expectation
  /** Left out, the target of the run. */
  readonly origin?: string
}

export type HttpRequest = RequestOptions & {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: string | Uint8Array
}

/** What a user sends by. Each call counts once; one that is not ok rejects with RequestFailed, which ends the turn. */
export type Http = {
  request(request: HttpRequest): Promise<HttpResponse>
  get(path: string, options?: RequestOptions): Promise<HttpResponse>
  /** The value goes as JSON. */
  post(path: string, value: unknown, options?: RequestOptions): Promise<HttpResponse>
  put(path: string, value: unknown, options?: RequestOptions): Promise<HttpResponse>
  delete(path: string, options?: RequestOptions): Promise<HttpResponse>
}
