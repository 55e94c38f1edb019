import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { FuzzRequest } from './fuzz-request.ts'

export type WireAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }

export type Wire = {
  send(request: FuzzRequest, authorization: string | null): Promise<WireAnswer>
  close(): void
}

const answerWithinMilliseconds = 15_000

/** node:http, because fetch would mend the target and the headers. */
export function openWire(url: string): Wire {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  return {
    send({ method, target, headers, body }, authorization) {
      const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>()
      const bytes = body === null || method === 'TRACE' ? null : Buffer.from(body, 'latin1')
      const sent = {
        ...(authorization === null ? {} : { authorization }),
        ...headers,
        ...(bytes === null ? {} : { 'content-length': bytes.length }),
      }
      const outgoing = httpRequest({ hostname, port, method, path: target, headers: sent, agent }, (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      })
      outgoing.setTimeout(answerWithinMilliseconds, () => outgoing.destroy(new Error('no answer')))
      outgoing.on('error', (error) => resolve({ status: 0, headers: {}, text: String(error) }))
      outgoing.end(bytes ?? undefined)
      return promise
    },
    close: () => agent.destroy(),
  }
}
