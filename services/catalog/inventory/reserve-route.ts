import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Counter } from 'prom-client'
import { causeOf } from '../../kit/cause-of.ts'
import { failpoint } from '../../kit/failpoints.ts'
import type { Guard } from '../../kit/guard.ts'
import { createResultCounter, type Metrics } from '../../kit/metrics.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { beyondLimits, limitedUserId } from './hold-limits.ts'
import { inventoryBusy } from './inventory-busy.ts'
import { type Reservation, type Reserve, reservationSchema, reserveSchema } from './reservation-schemas.ts'
import { type ReserveOutcome, reserveStock } from './reserve-stock.ts'
import type { StockLane } from './stock-lane.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  readonly stockLane: StockLane
  readonly metrics: Metrics
  newId(): string
}

const results = ['created', 'repeated', 'insufficient', 'mismatch', 'unknown-products', 'limited', 'busy'] as const

export function addReserveRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard, stockLane, newId } = parts
  const help = 'Answers to reserve requests'
  const reservations = createResultCounter(parts.metrics, { name: 'reservations_total', help, results })

  routes.openapi({ ...reserveRoute, ...guard.caller('reserveStock') }, async (c) => {
    const wish = c.req.valid('json')
    const userId = limitedUserId(c.get('principal'))
    const errors = userId === null ? [] : beyondLimits(wish, userId)
    if (errors.length > 0) throw new Problem(problems.invalid, { errors })
    const wanted = { ...wish, id: newId(), userId, cause: causeOf(c) }
    const outcome = await stockLane(() => reserveStock(database, wanted))
      .catch(inventoryBusy)
      .catch(countBusy(reservations))
    reservations.inc({ result: outcome.kind })
    if (!('reservation' in outcome)) throw refusal(outcome, wish)
    await failpoint('inventory.reserve.after_commit')
    return c.json(reservationSchema.parse(outcome.reservation), outcome.kind === 'created' ? 201 : 200)
  })
}

function countBusy(reservations: Counter<'result'>): (error: unknown) => never {
  return (error) => {
    if (error instanceof Problem && error.kind === catalogProblems.busy) reservations.inc({ result: 'busy' })
    throw error
  }
}

type Refusal = Exclude<ReserveOutcome, { reservation: Reservation }>

function refusal(outcome: Refusal, wish: Reserve): Problem {
  const pointerTo = (productId: string) => `/items/${wish.items.findIndex((line) => line.product_id === productId)}`

  if (outcome.kind === 'mismatch') return new Problem(catalogProblems.mismatch)
  if (outcome.kind === 'limited') {
    return new Problem(catalogProblems.holdLimit, { headers: { 'Retry-After': String(outcome.retryAfterSeconds) } })
  }
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

const reserveRoute = createRoute({
  method: 'post',
  path: '/api/v1/inventory/reserve',
  tags: ['inventory'],
  summary: 'Hold all of the items or none',
  description:
    'A `409 inventory/insufficient` lists every short line with `product_id`, `requested`, `available`. A customer ' +
    'has at most 3 active reservations, of at most 20 units of one product and 900 seconds.',
  request: { body: jsonBody(reserveSchema) },
  responses: {
    200: jsonAnswer(
      'The reservation of this reference; its `state` and `expires_at` say whether it is held now',
      reservationSchema,
    ),
    201: jsonAnswer('Held now', reservationSchema),
    ...problemResponses(
      catalogProblems.insufficient,
      problems.invalid,
      catalogProblems.mismatch,
      catalogProblems.holdLimit,
      catalogProblems.busy,
    ),
  },
})
