import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createHttpKubeClient } from '../http-kube-client.ts'
import type { KubeConnection } from '../kube-connection.ts'
import { KubeRequests, type Patience } from '../kube-requests.ts'

export type AskedOfServer = { readonly method: string; readonly url: URL; readonly body: unknown }

/** Answers one request; the next request gets the next answer. */
export type ScriptedAnswer = (response: ServerResponse, asked: AskedOfServer) => void

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString('utf8')
  return text === '' ? null : JSON.parse(text)
}

/** An API server that says exactly what it is told, in order, and nothing when it was told nothing more. */
export class ScriptedApiServer implements AsyncDisposable {
  readonly asked: AskedOfServer[] = []
  connections = 0
  readonly #answers: ScriptedAnswer[] = []
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #port = 0

  constructor() {
    this.#server.on('connection', (socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(): Promise<ScriptedApiServer> {
    const server = new ScriptedApiServer()
    await server.listen()
    return server
  }

  /** Also after `stop`, on the port that it had before. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  will(...answers: readonly ScriptedAnswer[]): this {
    this.#answers.push(...answers)
    return this
  }

  /** Nobody listens, and every connection is reset. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop()
  }

  client(patience: Partial<Patience> = {}, login: () => Promise<unknown> = async () => undefined) {
    const agent = new Agent({ keepAlive: true })
    const connection: KubeConnection = {
      context: 'scripted',
      server: new URL(this.url),
      access: async () => {
        await login()
        return { agent, headers: {} }
      },
      config: () => {
        throw new Error('a scripted server forwards nothing')
      },
    }
    const limits = { retrySeconds: 2, firstAnswerSeconds: 2, silentSeconds: 1, ...patience }
    return createHttpKubeClient(new KubeRequests(connection, limits))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = {
      method: request.method ?? '',
      url: new URL(request.url ?? '', this.url),
      body: await readBody(request),
    }
    this.asked.push(asked)
    const answer = this.#answers.shift()
    if (answer !== undefined) answer(response, asked)
  }
}
