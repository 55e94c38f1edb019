import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../../kit/guard.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { type CatalogTables, reservationStates as states } from '../schema.ts'
import { reference } from './reservation-schemas.ts'
import { reservationStates } from './reservation-states.ts'

type Parts = { readonly database: Kysely<CatalogTables>; readonly guard: Guard<CatalogAccess> }

export function addReservationStatesRoute(routes: OpenAPIHono<RequestEnvironment>, { database, guard }: Parts): void {
  routes.openapi({ ...statesRoute, ...guard.caller('reservationStates') }, async (c) => {
    const reservations = await reservationStates(database, c.req.valid('json').references)
    return c.json(answerSchema.parse({ reservations }), 200)
  })
}

const referencesAtMost = 100
const exampleReference = 'order:0192f0c4-5a00-7000-8000-00000000000a:hold:1'

const wantedSchema = z
  .strictObject({ references: z.array(reference).min(1).max(referencesAtMost) })
  .openapi('ReservationReferences', { example: { references: [exampleReference] } })

const itemSchema = z.object({
  product_id: z.uuid(),
  quantity: z.int(),
  returned: z.int().openapi({ description: 'of what was sold, units that came back' }),
})

const answerSchema = z
  .object({
    reservations: z
      .array(z.object({ reference: z.string(), state: z.enum(states), items: z.array(itemSchema) }))
      .openapi({ description: 'each once, by reference; one that there is not is left out' }),
  })
  .openapi('ReservationStates')

const statesRoute = createRoute({
  method: 'post',
  path: '/api/v1/inventory/reservations/states',
  tags: ['inventory'],
  summary: 'What has become of reservations, for who compares them with what they are for; changes nothing',
  request: { body: jsonBody(wantedSchema) },
  responses: { 200: jsonAnswer('Those that there are', answerSchema), ...problemResponses() },
})
