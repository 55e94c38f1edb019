import { Agent, type IncomingMessage, request } from 'node:http'

export type HttpCall = {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export const keepAlive = (connections: number): Agent =>
  new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })

/** Resolves with the status when the whole answer is here. */
export const send = ({ url, method = 'GET', headers = {}, body }: HttpCall, agent: Agent): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const type =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const asked = request(url, { agent, method, headers: { ...type, ...headers } }, (response: IncomingMessage) => {
    response.resume()
    response.on('end', () => resolve(response.statusCode ?? 0))
    response.on('error', reject)
  })
  asked.on('error', reject)
  asked.end(body)
  return promise
}
