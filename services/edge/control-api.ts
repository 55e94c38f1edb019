import { createHash, timingSafeEqual } from 'node:crypto'
import { edgeProblems } from './edge-problems.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import type { Handler } from './handlers.ts'
import type { ReleaseSwitch } from './release-switch.ts'

export type Reload = { readonly ok: true } | { readonly ok: false; readonly reason: string }

export type ControlFacts = Omit<ExchangeOptions, 'listener'> & {
  readonly token: string
  readonly version: string
  readonly releases: ReleaseSwitch
  reload(): Reload
  stop(): void
}

/** What the command line tells the edge, on loopback and with a token. */
export function controlHandler(facts: ControlFacts): Handler {
  const options: ExchangeOptions = { ...facts, listener: 'control' }
  const expected = digest(`Bearer ${facts.token}`)
  return (request, response) => {
    const exchange = new Exchange(request, response, options)
    request.resume()
    const authorized = timingSafeEqual(digest(request.headers.authorization ?? ''), expected)
    if (!authorized) {
      exchange.refuse(edgeProblems.unauthorized, 'Send the control token as a bearer.', ['www-authenticate', 'Bearer'])
      return
    }
    answerControl(exchange, facts)
  }
}

const operations: Readonly<
  Record<string, { readonly method: string; answer(exchange: Exchange, facts: ControlFacts): void }>
> = {
  '/status': {
    method: 'GET',
    answer: (exchange, { releases, version }) => {
      const facts = { pid: process.pid, version, uptime_seconds: Math.round(process.uptime()) }
      answerJson(exchange, { status: 200, body: { ...releases.status(), ...facts } })
    },
  },
  '/reload': {
    method: 'POST',
    answer: (exchange, { releases, reload }) => {
      const outcome = reload()
      if (!outcome.ok) {
        exchange.refuse(edgeProblems.routesRefused, outcome.reason)
        return
      }
      const { generation, release } = releases.status()
      answerJson(exchange, { status: 200, body: { generation, release } })
    },
  },
  '/stop': {
    method: 'POST',
    answer: (exchange, { stop }) => {
      answerJson(exchange, { status: 202, body: { stopping: true } })
      stop()
    },
  },
}

function answerControl(exchange: Exchange, facts: ControlFacts): void {
  const operation = Object.hasOwn(operations, exchange.path) ? operations[exchange.path] : undefined
  if (operation === undefined) {
    exchange.refuse(edgeProblems.notFound, 'Nothing is at this path.')
    return
  }
  exchange.route = exchange.path
  if (exchange.method !== operation.method) {
    exchange.refuse(edgeProblems.methodNotAllowed, `Use ${operation.method}.`, ['allow', operation.method])
    return
  }
  operation.answer(exchange, facts)
}

function answerJson(exchange: Exchange, { status, body }: { status: number; body: object }): void {
  exchange.answer(status, 'application/json', JSON.stringify(body))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
