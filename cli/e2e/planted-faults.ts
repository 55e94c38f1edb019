import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export type SeenAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type SeenRequest = {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** What a broken shop answers in place of this one; null: what this one did. */
export type PlantedFault = (request: SeenRequest, answer: SeenAnswer) => SeenAnswer | null

const kept = (headers: Headers): Record<string, string> => {
  const all = Object.fromEntries(headers)
  delete all['content-length']
  delete all['transfer-encoding']
  delete all.connection
  return all
}

const passedOn = ['accept', 'authorization', 'content-type', 'idempotency-key', 'if-match', 'origin', 'x-request-id']

/** A front door before a real shop that answers one thing wrong. */
export const startFaultyDoor = async (shop: string, fault: PlantedFault) => {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request
    const body = await text(request)
    const headers = passedOn.flatMap((name): [string, string][] => {
      const value = request.headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    })
    const real = await fetch(new URL(url, shop), { method, headers, ...(body === '' ? {} : { body }) })
    const answer = { status: real.status, headers: kept(real.headers), body: await real.text() }
    const seen = { method, path: url.split('?')[0] ?? '', headers: request.headers }
    const told = fault(seen, answer) ?? answer
    response.writeHead(told.status, told.headers).end(told.status === 204 ? undefined : told.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    entry: { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, headers: {} },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
