import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export type HttpCall = {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export const keepAlive = (connections: number): Agent =>
  new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })

/** Resolves with the status when the whole answer is here. */
export const send = async (call: HttpCall, agent: Agent): Promise<number> => {
  const response = await answered(call, agent)
  response.resume()
  await once(response, 'end')
  return response.statusCode ?? 0
}

export type HttpAnswer = { readonly status: number; readonly text: string }

export const exchange = async (call: HttpCall, agent: Agent): Promise<HttpAnswer> => {
  const response = await answered(call, agent)
  return { status: response.statusCode ?? 0, text: await text(response) }
}

const answered = ({ url, method = 'GET', headers = {}, body }: HttpCall, agent: Agent): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const type =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const asked = request(url, { agent, method, headers: { ...type, ...headers } }, resolve)
  asked.on('error', reject)
  asked.end(body)
  return promise
}
