import type { Expectation, Http, HttpResponse } from '../engine/scenario/http.ts'
import { requestHeaders } from './limit-token.ts'
import type { ShopSettings } from './shop-settings.ts'

type Asking = {
  /** An access token; left out for what anyone may ask. */
  readonly token?: string | undefined
  readonly expect?: Expectation
  readonly headers?: Readonly<Record<string, string>>
}

type Sending = Asking & { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly body?: unknown }

/** A request to the shop with the headers that all of a run have. */
export type ShopHttp = (http: Http, path: string, sending: Sending) => Promise<HttpResponse>

export const createShopHttp = (settings: Pick<ShopSettings, 'headers' | 'limitKey'>): ShopHttp => {
  const headersOfAll = requestHeaders(settings, () => new Date())
  return (http, path, { method, token, body, expect, headers }) =>
    http.request({
      method,
      path,
      headers: {
        ...headersOfAll(),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(expect === undefined ? {} : { expect }),
    })
}
