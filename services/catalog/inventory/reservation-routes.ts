import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Counter } from 'prom-client'
import {
  bearerSecurity,
  type Principal,
  requireAdmin,
  requireUser,
  type TokenVerifier,
} from '../../kit/authentication.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type Closing, closeReservation } from './close-reservation.ts'
import { inventoryBusy } from './inventory-busy.ts'
import {
  closeReservationSchema,
  type Reservation,
  type ReservationKey,
  type Reserve,
  reservationSchema,
  reserveSchema,
} from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'
import { type ReserveOutcome, reserveStock } from './reserve-stock.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly verify: TokenVerifier
  newId(): string
  readonly reservations: Counter<'result'>
}

export const reservationResults = ['created', 'repeated', 'insufficient', 'mismatch', 'unknown-products'] as const

export function addReservationRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, verify, reservations } = parts
  const signedIn = requireUser(verify)

  routes.openapi({ ...reserveRoute, middleware: signedIn }, async (c) => {
    const wish = c.req.valid('json')
    if (!mayUse(c.get('principal'), wish.reference)) throw foreignReference()
    const outcome = await reserveStock(database, { ...wish, id: parts.newId() }).catch(inventoryBusy)
    reservations.inc({ result: outcome.kind })
    if (!('reservation' in outcome)) throw refusal(outcome, wish)
    return c.json(reservationSchema.parse(outcome.reservation), outcome.kind === 'created' ? 201 : 200)
  })

  routes.openapi({ ...releaseRoute, middleware: signedIn }, async (c) => {
    const change = { principal: c.get('principal'), key: c.req.valid('json'), closing: 'release' } as const
    return c.json(await closeOwn(database, change), 200)
  })

  // For services and admins: a user who may sell his own hold takes stock away without paying. Services have no tokens
  // of their own until issue 6, and none commits before that.
  routes.openapi({ ...commitRoute, middleware: requireAdmin(verify) }, async (c) => {
    const change = { principal: c.get('principal'), key: c.req.valid('json'), closing: 'commit' } as const
    return c.json(await closeOwn(database, change), 200)
  })
}

type Close = { readonly principal: Principal; readonly key: ReservationKey; readonly closing: Closing }

async function closeOwn(database: Kysely<CatalogTables>, { principal, key, closing }: Close): Promise<Reservation> {
  const reference = 'reference' in key ? key.reference : (await findReservation(database, key))?.reference
  // A foreign reservation is answered like one that does not exist.
  if (reference === undefined || !mayUse(principal, reference)) throw new Problem(problems.notFound)
  const outcome = await closeReservation(database, key, closing).catch(inventoryBusy)
  if (outcome.kind === 'unknown') throw new Problem(problems.notFound)
  if (outcome.kind === 'closed') return reservationSchema.parse(outcome.reservation)
  throw new Problem(catalogProblems.reservationClosed, {
    detail: `The reservation is ${outcome.reservation.state}`,
    members: { state: outcome.reservation.state },
  })
}

/** A user's references begin with the user's id, so that nobody can touch what others hold. */
function mayUse({ role, userId }: Principal, reference: string): boolean {
  return role === 'admin' || reference.startsWith(`${userId}:`)
}

function foreignReference(): Problem {
  const message = 'must begin with your user id and a colon'
  return new Problem(problems.invalid, { errors: [{ pointer: '/reference', code: 'foreign_reference', message }] })
}

type Refusal = Exclude<ReserveOutcome, { reservation: Reservation }>

function refusal(outcome: Refusal, wish: Reserve): Problem {
  const pointerTo = (productId: string) =>
    `/items/${wish.items.findIndex((line) => line.product_id.toLowerCase() === productId)}`

  if (outcome.kind === 'mismatch') return new Problem(catalogProblems.mismatch)
  if (outcome.kind === 'unknown-products') {
    const errors = outcome.productIds.map((id) => {
      return { pointer: `${pointerTo(id)}/product_id`, code: 'unknown_product', message: `No product ${id}` }
    })
    return new Problem(problems.invalid, { errors })
  }
  const errors = outcome.short.map((line) => {
    const message = `${line.requested} wanted, ${line.available} available`
    return { pointer: pointerTo(line.product_id), code: 'insufficient', message, ...line }
  })
  return new Problem(catalogProblems.insufficient, { errors })
}

const reservationAnswer = jsonAnswer('The reservation', reservationSchema)
const common = [
  problems.unauthenticated,
  problems.unsupportedMediaType,
  problems.invalid,
  catalogProblems.busy,
] as const

const reserveRoute = createRoute({
  operationId: 'reserveStock',
  method: 'post',
  path: '/api/v1/inventory/reserve',
  tags: ['inventory'],
  summary: 'Hold all of the items or none',
  description: 'A `409 inventory/insufficient` lists every short line with `product_id`, `requested`, `available`.',
  security: bearerSecurity,
  request: { body: jsonBody(reserveSchema) },
  responses: {
    200: jsonAnswer('Held before under this reference', reservationSchema),
    201: jsonAnswer('Held now', reservationSchema),
    ...problemResponses(...common, catalogProblems.insufficient, catalogProblems.mismatch),
  },
})

const releaseRoute = createRoute({
  operationId: 'releaseReservation',
  method: 'post',
  path: '/api/v1/inventory/release',
  tags: ['inventory'],
  summary: 'Give back what is held; again changes nothing',
  security: bearerSecurity,
  request: { body: jsonBody(closeReservationSchema) },
  responses: {
    200: reservationAnswer,
    ...problemResponses(...common, problems.notFound, catalogProblems.reservationClosed),
  },
})

const commitRoute = createRoute({
  operationId: 'commitReservation',
  method: 'post',
  path: '/api/v1/inventory/commit',
  tags: ['inventory'],
  summary: 'Sell what is held; again changes nothing',
  security: bearerSecurity,
  request: { body: jsonBody(closeReservationSchema) },
  responses: {
    200: reservationAnswer,
    ...problemResponses(...common, problems.forbidden, problems.notFound, catalogProblems.reservationClosed),
  },
})
