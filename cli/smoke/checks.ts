import { randomUUID } from 'node:crypto'
import { services } from '../../services/registry.ts'

/** One request through the public entry point and what a healthy shop answers. Changes nothing. */
export type SmokeCheck = {
  readonly name: string
  readonly service: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: () => unknown
  /** Asks for what a front door of our own leads to, and a load balancer does not. */
  readonly through?: 'front-door'
  readonly expect: {
    readonly status: number
    /** Members that the JSON answer must have at its top level. */
    readonly members?: readonly string[]
  }
}

const alive: readonly SmokeCheck[] = Object.values(services).map(({ name }) => ({
  name: `${name} is alive`,
  service: name,
  method: 'GET',
  path: `/health/${name}`,
  through: 'front-door',
  expect: { status: 200, members: ['status'] },
}))

/** A release is healthy for users only if these hold, each through its service's own database. */
export const smokeChecks: readonly SmokeCheck[] = [
  ...alive,
  {
    name: 'users publishes its keys',
    service: 'users',
    method: 'GET',
    path: '/.well-known/jwks.json',
    expect: { status: 200, members: ['keys'] },
  },
  {
    name: 'users refuses a login that it does not know',
    service: 'users',
    method: 'POST',
    path: '/api/v1/auth/login',
    // Another one each time: one that is asked for again and again is locked.
    body: () => ({ email: `smoke-${randomUUID()}@shop.example`, password: 'not the password of anyone' }),
    expect: { status: 401, members: ['code'] },
  },
  {
    name: 'catalog lists products',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/products?limit=1',
    expect: { status: 200, members: ['data', 'has_more'] },
  },
  {
    name: 'orders asks who is calling',
    service: 'orders',
    method: 'GET',
    path: '/api/v1/orders',
    expect: { status: 401, members: ['code'] },
  },
]
