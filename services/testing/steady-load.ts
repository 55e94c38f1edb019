import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export type LoadRequest = {
  readonly path: string
  /** GET where it is undefined, else POST. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Load = {
  /** Answers by status, and what went wrong on the way by its code. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Sends no more, and waits for what is on its way. */
  stop(): Promise<void>
}

/** So many requests a second over so many connections that are kept, each sent when it is due. */
export function steadyLoad(
  url: string,
  load: { readonly perSecond: number; readonly connections: number; next(): LoadRequest },
): Load {
  const agent = new http.Agent({ keepAlive: true, maxSockets: load.connections })
  const outcomes = new Map<string, number>()
  let going = true

  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const pause = (load.connections / load.perSecond) * 1_000
  async function sendOneByOne(index: number): Promise<void> {
    await delay((pause / load.connections) * index)
    while (going) {
      const due = performance.now() + pause
      count(await outcomeOf(url, { ...load.next(), agent }))
      await delay(Math.max(0, due - performance.now()))
    }
  }
  const senders = Array.from({ length: load.connections }, (_, index) => sendOneByOne(index))
  return {
    outcomes,
    async stop() {
      going = false
      await Promise.all(senders)
      agent.destroy()
    },
  }
}

/** The status, or the code of the error. */
export function outcomeOf(
  url: string,
  { path, body, headers: given, agent }: LoadRequest & { readonly agent?: http.Agent },
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const method = body === undefined ? 'GET' : 'POST'
  const headers = { ...given, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const request = http.request(url + path, { method, headers, ...(agent === undefined ? {} : { agent }) })
  request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  request.on('response', (response) => {
    response.resume()
    response.on('error', (error: NodeJS.ErrnoException) => resolve(`cut off: ${error.code}`))
    response.on('end', () => resolve(String(response.statusCode)))
  })
  request.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}
