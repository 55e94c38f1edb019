import { z } from 'zod'
import type { ServiceName } from '../../services/registry.ts'
import type { Ask } from './exchange.ts'
import type { Expectation } from './expectation.ts'

/** One request through the public entry point and what a healthy shop answers. Changes nothing. */
export type SmokeCheck = {
  readonly name: string
  /** Who is to blame where it fails: a service, or the front door. */
  readonly service: ServiceName | 'edge'
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Ask['headers']
  readonly body?: () => unknown
  /** Asks for what a front door of our own leads to, and a load balancer does not. */
  readonly through?: 'front-door'
  /** Left out where a deploy ends: what nobody buys with, and what every new process would have to make first. */
  readonly when?: 'asked'
  /** Where nodes learn late of new pods, an answer of the old ones is asked for again. */
  readonly mayLag?: true
  readonly expect: Expectation
}

const problemType = { 'content-type': /^application\/problem\+json/ }

export const problem = (status: number, code: RegExp) => ({
  status,
  headers: problemType,
  json: z.object({ status: z.literal(status), code: z.string().regex(code), request_id: z.string().min(1) }),
})

export const notSignedIn = {
  ...problem(401, /^auth\/unauthenticated$/),
  headers: { ...problemType, 'www-authenticate': /^Bearer/, 'cache-control': /no-store/ },
}

export const page = z.object({ data: z.array(z.object({ id: z.string() })), has_more: z.boolean() })
