import type { IncomingMessage } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { KubeAccess } from './kube-connection.ts'

export type Exchange = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  /** For what others than the API server answer: every status is an answer and none is tried again. */
  readonly statuses?: 'as-they-are'
}

export type ExchangePlace = { readonly server: URL; readonly access: KubeAccess; readonly silentSeconds: number }

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Nothing came for so long: a connection into a black hole never says that it is one. */
export class Silence extends Error {
  override readonly name = 'Silence'
  readonly code = 'ETIMEDOUT'
}

const urlOf = (server: URL, { path, query = {} }: Exchange): URL => {
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

const headersFor = ({ contentType = 'application/json' }: Exchange, body: Buffer | null, access: KubeAccess) => ({
  accept: 'application/json, */*',
  'user-agent': 'shopctl',
  ...access.headers,
  ...(body === null ? {} : { 'content-type': contentType, 'content-length': String(body.length) }),
})

/** Resolves when the head of the answer is there. Rejects with the system's error, Silence, or the signal's reason. */
export const openExchange = (exchange: Exchange, place: ExchangePlace, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const { server, access, silentSeconds } = place
    const body = exchange.body === undefined ? null : Buffer.from(JSON.stringify(exchange.body))
    const request = server.protocol === 'http:' ? requestHttp : requestHttps
    const { method } = exchange
    const options = { method, agent: access.agent, headers: headersFor(exchange, body, access), signal }
    const sent = request(urlOf(server, exchange), options)
    const silent = () => sent.destroy(new Silence(`no answer within ${silentSeconds} s`))
    const timer = setTimeout(silent, silentSeconds * 1000)
    sent.on('response', (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    sent.on('error', (error) => {
      clearTimeout(timer)
      reject(signal.aborted ? signal.reason : error)
    })
    sent.end(body ?? undefined)
  })

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

/** The whole answer. Rejects where it breaks off or pauses for longer than `silentSeconds`. */
export const readAnswer = async (answer: IncomingMessage, silentSeconds: number): Promise<Answer> => {
  const parts: Buffer[] = []
  const silent = () => answer.destroy(new Silence(`the answer stopped for ${silentSeconds} s`))
  const timer = setTimeout(silent, silentSeconds * 1000)
  try {
    for await (const part of answer) {
      parts.push(part)
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
  }
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, single(value)]))
  return { status: answer.statusCode ?? 0, headers, body: Buffer.concat(parts).toString('utf8') }
}
