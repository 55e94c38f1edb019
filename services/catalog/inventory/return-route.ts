import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../../kit/guard.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { inventoryBusy } from './inventory-busy.ts'
import { type Reservation, type ReturnStock, reservationSchema, returnStockSchema } from './reservation-schemas.ts'
import { type ExcessLine, returnStock } from './return-stock.ts'
import type { StockLane } from './stock-lane.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  readonly stockLane: StockLane
}

export function addReturnRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  routes.openapi({ ...returnRoute, ...parts.guard.caller('returnReservation') }, async (c) =>
    c.json(await takeBack(parts, c.req.valid('json')), 200),
  )
}

async function takeBack({ database, stockLane }: Parts, body: ReturnStock): Promise<Reservation> {
  const { items, return_key: returnKey } = body
  const key = 'reference' in body ? { reference: body.reference } : { reservation_id: body.reservation_id }
  const part = items === undefined || returnKey === undefined ? undefined : { items, returnKey }
  const outcome = await stockLane(() => returnStock(database, { key, part })).catch(inventoryBusy)
  switch (outcome.kind) {
    case 'closed':
      return reservationSchema.parse(outcome.reservation)
    case 'unknown':
      throw new Problem(problems.notFound)
    case 'mismatch':
      throw new Problem(catalogProblems.mismatch, { detail: 'The return key was used for other items' })
    case 'exceeds':
      throw new Problem(catalogProblems.exceedsSold, { errors: outcome.excess.map((line) => excessError(body, line)) })
    case 'conflict': {
      const { state } = outcome.reservation
      throw new Problem(catalogProblems.notCommitted, { detail: `The reservation is ${state}`, members: { state } })
    }
  }
}

/** Points at the last line that asks for the product, as equal ones are added up. */
function excessError({ items = [] }: ReturnStock, line: ExcessLine) {
  const index = items.findLastIndex(({ product_id }) => product_id === line.product_id)
  const message = `${line.returnable} of it can come back`
  return { pointer: `/items/${index}/quantity`, code: 'exceeds_sold', message, ...line }
}

const returnRoute = createRoute({
  tags: ['inventory'],
  method: 'post',
  path: '/api/v1/inventory/return',
  summary: 'Take back what was sold, all of it or a part; again changes nothing',
  description: 'Parts and a later whole return give back together what was sold, never more: the whole one the rest.',
  request: { body: jsonBody(returnStockSchema) },
  responses: {
    200: jsonAnswer('The reservation', reservationSchema),
    // The reservation is named in the body.
    ...problemResponses(
      problems.notFound,
      catalogProblems.busy,
      catalogProblems.notCommitted,
      catalogProblems.exceedsSold,
      catalogProblems.mismatch,
    ),
  },
})
