import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseJson } from '../parse-json.ts'

export type RecordedCall = {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}

export type ScriptedAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string }
  /** Takes the request and never answers. */
  | 'hang'
  /** Takes the request and breaks the connection. */
  | 'reset'

export type Script = (call: RecordedCall) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>

export type ScriptedServer = {
  readonly url: string
  readonly calls: readonly RecordedCall[]
  /** Calls that nobody planned. They are answered 418, so that no code takes them for an answer. */
  readonly unplanned: readonly RecordedCall[]
  readonly connections: () => number
  script(next: Script): void
  forget(): void
  close(): Promise<void>
}

/** A stand-in for another service: a real port that records what it is asked and refuses what was not planned. */
export async function scriptedServer(port = 0): Promise<ScriptedServer> {
  const calls: RecordedCall[] = []
  const unplanned: RecordedCall[] = []
  let connections = 0
  let script: Script = () => undefined

  const server = http.createServer(async (incoming, outgoing) => {
    const call = await recorded(incoming)
    calls.push(call)
    const answer = await script(call)
    if (answer === undefined) unplanned.push(call)
    if (answer === 'hang') return
    if (answer === 'reset') return void incoming.socket.resetAndDestroy()
    const { status, ...content } = answer ?? { status: 418, text: 'unplanned' }
    const body = 'json' in content ? JSON.stringify(content.json) : content.text
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    calls,
    unplanned,
    connections: () => connections,
    script(next) {
      script = next
    },
    forget() {
      calls.length = 0
      unplanned.length = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server.address())
  server.close()
  await once(server, 'close')
  return port
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}

async function recorded(incoming: http.IncomingMessage): Promise<RecordedCall> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  // What is no JSON (a form) is kept as it came.
  const body: unknown = text === '' ? undefined : (parseJson(text) ?? text)
  return { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body }
}
