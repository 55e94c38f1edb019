import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { TokenVerifier } from '../kit/authentication.ts'
import { createResultCounter, type Metrics } from '../kit/metrics.ts'
import type { Cursors } from '../kit/pagination.ts'
import { createRoutes, type RequestEnvironment } from '../kit/routes.ts'
import { addCategoryRoutes } from './categories/category-routes.ts'
import { addReservationRoutes, reservationResults } from './inventory/reservation-routes.ts'
import { addStockRoutes } from './inventory/stock-routes.ts'
import { addProductRoutes } from './products/product-routes.ts'
import type { CatalogTables } from './schema.ts'

export type CatalogParts = {
  readonly database: Kysely<CatalogTables>
  readonly metrics: Metrics
  readonly verify: TokenVerifier
  readonly cursors: Cursors
  newId(): string
}

export function catalogRoutes(parts: CatalogParts): OpenAPIHono<RequestEnvironment> {
  const reservations = createResultCounter(parts.metrics, {
    name: 'reservations_total',
    help: 'Answers to reserve requests',
    results: reservationResults,
  })
  const routes = createRoutes()
  addProductRoutes(routes, parts)
  addCategoryRoutes(routes, parts)
  addReservationRoutes(routes, { ...parts, reservations })
  addStockRoutes(routes, parts)
  return routes
}
