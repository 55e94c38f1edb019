import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Kysely } from 'kysely'
import { causeOf } from '../../kit/cause-of.ts'
import type { Guard, SignedIn } from '../../kit/guard.ts'
import type { Principal } from '../../kit/principal.ts'
import { Problem, type ProblemKind, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type Close, type Closing, closeReservation } from './close-reservation.ts'
import { limitedUserId } from './hold-limits.ts'
import { inventoryBusy } from './inventory-busy.ts'
import { closeReservationSchema, type Reservation, reservationSchema } from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'
import type { StockLane } from './stock-lane.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  readonly stockLane: StockLane
}

export function addCloseRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { guard } = parts
  routes.openapi({ ...releaseRoute, ...guard.caller('releaseReservation') }, async (c) =>
    c.json(await closeAllowed(parts, { key: c.req.valid('json'), closing: 'release', ...caller(c) }), 200),
  )
  // For services and admins: a user who may sell his own hold takes stock away without paying.
  routes.openapi({ ...commitRoute, ...guard.caller('commitReservation') }, async (c) =>
    c.json(await closeAllowed(parts, { key: c.req.valid('json'), closing: 'commit', ...caller(c) }), 200),
  )
}

const caller = (c: Context<SignedIn<Principal>>) => ({ cause: causeOf(c), principal: c.get('principal') })

async function closeAllowed(
  { database, stockLane }: Parts,
  { principal, ...close }: Close & { readonly principal: Principal },
): Promise<Reservation> {
  const { key, closing } = close
  const userId = limitedUserId(principal)
  if (userId !== null) {
    const reference = 'reference' in key ? key.reference : (await findReservation(database, key))?.reference
    // A foreign reservation is answered like one that does not exist.
    if (reference?.startsWith(`${userId}:`) !== true) throw new Problem(problems.notFound)
  }
  const outcome = await stockLane(() => closeReservation(database, close)).catch(inventoryBusy)
  if (outcome.kind === 'unknown') throw new Problem(problems.notFound)
  if (outcome.kind === 'closed') return reservationSchema.parse(outcome.reservation)
  const { state } = outcome.reservation
  throw new Problem(conflictOf(closing, state), { detail: `The reservation is ${state}`, members: { state } })
}

function conflictOf(closing: Closing, state: Reservation['state']): ProblemKind {
  if (closing === 'commit' && state === 'expired') return catalogProblems.reservationExpired
  return catalogProblems.reservationClosed
}

/** The reservation is named in the body. */
const common = [problems.notFound, catalogProblems.busy] as const

const closing = { tags: ['inventory'], request: { body: jsonBody(closeReservationSchema) } }
const reservationAnswer = jsonAnswer('The reservation', reservationSchema)

const releaseRoute = createRoute({
  ...closing,
  method: 'post',
  path: '/api/v1/inventory/release',
  summary: 'Give back what is held; again changes nothing',
  responses: { 200: reservationAnswer, ...problemResponses(...common, catalogProblems.reservationClosed) },
})

const commitRoute = createRoute({
  ...closing,
  method: 'post',
  path: '/api/v1/inventory/commit',
  summary: 'Sell what is held; again changes nothing',
  description: 'A hold that has expired is sold too while all of it is still free; then `re_held` is true.',
  responses: {
    200: reservationAnswer,
    ...problemResponses(...common, catalogProblems.reservationClosed, catalogProblems.reservationExpired),
  },
})
