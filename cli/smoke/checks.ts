import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type ServiceName, serviceNames, services } from '../../services/registry.ts'
import type { EntryPoint } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { Expectation } from './expectation.ts'
import { notSignedIn, page, problem, type SmokeCheck } from './smoke-check.ts'

export type { SmokeCheck }

/** What the checks know of the release that answers. */
export type CheckedRelease = Pick<ReleaseRecord, 'number' | 'services'>

/** Every request names one; it is given back, so that the logs can be found by it. */
const withOwnRequestId = (expected: Expectation): Expectation => ({
  ...expected,
  headers: { ...expected.headers, 'x-request-id': /^smoke-/ },
})

/** Twelve digits of what runs, which is what a service says of itself. */
const versionOf = (service: ServiceName, release: CheckedRelease): z.ZodType => {
  const digest = release.services[service]?.digest
  return digest === undefined ? z.string().min(1) : z.literal(digest.replace('sha256:', '').slice(0, 12))
}

/** A front door that is switched half way leads to one service of this release and to one of another. */
const ofThisRelease = (service: ServiceName, release: CheckedRelease): SmokeCheck => ({
  name: `${service} is alive and of this release`,
  service,
  method: 'GET',
  path: `/health/${service}`,
  through: 'front-door',
  mayLag: true,
  expect: {
    status: 200,
    json: z.object({
      status: z.literal('ok'),
      service: z.literal(services[service].longName),
      version: versionOf(service, release),
    }),
  },
})

/** What it is of is told by a few of its members. */
const shopDocument = z.object({
  openapi: z.string().startsWith('3.1'),
  paths: z.object({
    '/api/v1/auth/login': z.object({}),
    '/api/v1/products': z.object({}),
    '/api/v1/orders': z.object({}),
  }),
})

const frontDoor = (release: CheckedRelease): readonly SmokeCheck[] => [
  {
    name: 'the front door leads to this release',
    service: 'edge',
    method: 'GET',
    path: '/health',
    through: 'front-door',
    // Null: one that has no releases to choose from.
    expect: {
      status: 200,
      json: z.object({ status: z.literal('ok'), release: z.literal(release.number).nullable() }),
    },
  },
  {
    name: 'an unknown path is a problem with a request id',
    service: 'edge',
    method: 'GET',
    path: '/smoke/nothing-is-here',
    through: 'front-door',
    expect: withOwnRequestId(problem(404, /^edge\/not-found$/)),
  },
  {
    name: 'the API of the whole shop is described',
    service: 'edge',
    method: 'GET',
    path: '/openapi.json',
    through: 'front-door',
    when: 'asked',
    expect: { status: 200, json: shopDocument },
  },
  {
    name: 'readiness is not told outside',
    service: 'edge',
    method: 'GET',
    path: '/health/users?check=ready',
    through: 'front-door',
    expect: { status: 404 },
  },
  {
    name: 'metrics are not told outside',
    service: 'edge',
    method: 'GET',
    path: '/metrics',
    expect: { status: 404 },
  },
  {
    name: 'calls between services are not open outside',
    service: 'edge',
    method: 'GET',
    path: '/internal/v1/sessions/smoke',
    expect: { status: 404 },
  },
]

const users: readonly SmokeCheck[] = [
  {
    name: 'users publishes its keys, and only their public half',
    service: 'users',
    method: 'GET',
    path: '/.well-known/jwks.json',
    expect: {
      status: 200,
      headers: { 'cache-control': /max-age=\d+/ },
      json: z.object({
        keys: z.array(z.object({ kid: z.string(), kty: z.string(), d: z.undefined().optional() })).min(1),
      }),
    },
  },
  {
    name: 'users refuses a login that it does not know',
    service: 'users',
    method: 'POST',
    path: '/api/v1/auth/login',
    // Another one each time: one that is asked for again and again is locked.
    body: () => ({ email: `smoke-${randomUUID()}@shop.example`, password: 'not the password of anyone' }),
    expect: problem(401, /^auth\//),
  },
  {
    name: 'users asks who is calling',
    service: 'users',
    method: 'GET',
    path: '/api/v1/users/me',
    expect: notSignedIn,
  },
  {
    name: 'users opens the links of its mails, and lets no other page in',
    service: 'users',
    method: 'GET',
    path: '/verify-email',
    headers: { accept: 'text/html' },
    expect: {
      status: 200,
      headers: {
        'content-type': /^text\/html/,
        'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
        'referrer-policy': /^no-referrer$/,
        'x-content-type-options': /^nosniff$/,
      },
    },
  },
]

const catalog: readonly SmokeCheck[] = [
  {
    name: 'catalog lists products',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/products?limit=1',
    expect: { status: 200, json: page },
  },
  {
    name: 'catalog finds products by words',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/products?q=smoke&limit=1',
    expect: { status: 200, json: page },
  },
  {
    name: 'catalog lists categories',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/categories?limit=1',
    expect: { status: 200, json: page },
  },
  {
    name: 'catalog knows which stock it does not have',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/inventory/01890000-0000-7000-8000-000000000000',
    expect: problem(404, /^object\/not-found$/),
  },
  {
    name: 'catalog refuses a parameter that it does not know',
    service: 'catalog',
    method: 'GET',
    path: '/api/v1/products?smoke=1',
    expect: problem(400, /^request\//),
  },
]

const orders: readonly SmokeCheck[] = [
  {
    name: 'orders asks who is calling',
    service: 'orders',
    method: 'GET',
    path: '/api/v1/orders',
    expect: notSignedIn,
  },
  {
    name: 'orders lets no page of another site read it',
    service: 'orders',
    method: 'GET',
    path: '/api/v1/orders?limit=1',
    headers: { origin: 'https://elsewhere.example' },
    expect: { status: 401, headers: { 'access-control-allow-origin': null } },
  },
  {
    name: 'orders refuses a message that nobody signed',
    service: 'orders',
    method: 'POST',
    path: '/api/v1/webhooks/shipping',
    body: () => ({ smoke: true }),
    expect: problem(400, /^webhook\/signature$/),
  },
  {
    name: 'orders says which of its paths are none',
    service: 'orders',
    method: 'GET',
    path: '/api/v1/orders/smoke/nothing/is/here',
    expect: problem(404, /^request\/not-found$/),
  },
]

/** A release is healthy for users only if these hold, each through its service's own database where it has to do with it. */
export const smokeChecks = (release: CheckedRelease): readonly SmokeCheck[] => [
  ...serviceNames.map((service) => ofThisRelease(service, release)),
  ...frontDoor(release),
  ...users,
  ...catalog,
  ...orders,
]

/** Those that the way to the shop leads to. */
export const checksThrough = (
  checks: readonly SmokeCheck[],
  { reaches }: Pick<EntryPoint, 'reaches'>,
): readonly SmokeCheck[] => checks.filter(({ through }) => reaches !== 'routes' || through === undefined)

/** Those that close a deploy. */
export const closingChecks = (release: CheckedRelease): readonly SmokeCheck[] =>
  smokeChecks(release).filter(({ when }) => when !== 'asked')
