import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A server with faults that knows the truth: when it got and when it answered each request. Prints its port.
 * Words: how many requests it serves at once, and how many it takes on a connection (0: any number).
 */
const [atOnceWord = '1000', perSocketWord = '0'] = process.argv.slice(2)
const atOnce = Number(atOnceWord)

/** Milliseconds by the system's clock. */
const now = () => performance.timeOrigin + performance.now()

type Seen = { readonly path: string; readonly receivedAt: number; answeredAt: number | null }

const seen: Seen[] = []
const things = new Set<string>()
const queue: (() => void)[] = []
let serving = 0

const turn = async (): Promise<void> => {
  if (serving < atOnce) {
    serving++
    return
  }
  await new Promise<void>((resolve) => queue.push(resolve))
}

const give = (): void => {
  const next = queue.shift()
  if (next === undefined) serving--
  else next()
}

type Fault = (response: ServerResponse, url: URL) => Promise<void> | void

const answer = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const faults: Readonly<Record<string, Fault>> = {
  '/ok': (response) => answer(response, 200, { price: 5 }),
  '/wrong': (response) => answer(response, 200, { price: null }),
  '/no-json': (response) => {
    response.end('<html>')
  },
  '/error': (response) => answer(response, 503, { title: 'no' }),
  '/hang': () => new Promise(() => undefined),
  '/reset-head': (response) => {
    response.socket?.resetAndDestroy()
  },
  async '/reset-body'(response) {
    response.writeHead(200, { 'content-length': '1000' }).write('half of it')
    await pause(20)
    response.socket?.resetAndDestroy()
  },
  '/garbage': (response) => {
    response.socket?.end('HELLO 12\r\n\r\n')
  },
  async '/slow-body'(response) {
    response.writeHead(200)
    for (let part = 0; part < 5; part++) {
      response.write('part')
      await pause(20)
    }
    response.end()
  },
  '/make': (response, url) => {
    things.add(url.search)
    answer(response, 201, {})
  },
  '/remove': (response, url) => {
    things.delete(url.search)
    answer(response, 200, {})
  },
}

const serve = async (request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url ?? '/', 'http://truth')
  if (url.pathname === '/truth') return answer(response, 200, { seen, things: [...things] })
  if (url.pathname === '/stall') {
    answer(response, 200, {})
    const forMilliseconds = Number(url.searchParams.get('ms'))
    // All of it stands still: it accepts nothing, reads nothing, answers nothing.
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMilliseconds), 5)
    return
  }
  const one: Seen = { path: request.url ?? '', receivedAt: now(), answeredAt: null }
  seen.push(one)
  await turn()
  await pause(Number(url.searchParams.get('ms') ?? 0))
  give()
  await faults[url.pathname]?.(response, url)
  one.answeredAt = now()
}

const server = createServer((request, response) => void serve(request, response))
server.maxRequestsPerSocket = Number(perSocketWord)
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`)
})
