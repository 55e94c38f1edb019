import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import type { Metrics } from '../kit/metrics.ts'
import type { Cursors } from '../kit/pagination.ts'
import { createRoutes, type RequestEnvironment } from '../kit/routes.ts'
import type { CatalogAccess } from './access.ts'
import { addCategoryChangeRoutes } from './categories/category-change-routes.ts'
import { addCategoryRoutes } from './categories/category-routes.ts'
import { addCloseRoutes } from './inventory/close-routes.ts'
import { addReconcileRoute } from './inventory/reconcile-route.ts'
import { addReservationStatesRoute } from './inventory/reservation-states-route.ts'
import { addReserveRoute } from './inventory/reserve-route.ts'
import { addReturnRoute } from './inventory/return-route.ts'
import type { StockLane } from './inventory/stock-lane.ts'
import { addStockRoutes } from './inventory/stock-routes.ts'
import type { StockWatch } from './inventory/stock-watch.ts'
import type { ProductReader } from './products/product-cache.ts'
import { addProductChangeRoutes } from './products/product-change-routes.ts'
import { addProductRoutes } from './products/product-routes.ts'
import { addReviewRoutes } from './reviews/review-routes.ts'
import type { CatalogTables } from './schema.ts'
import type { ProductSearch } from './search/product-search.ts'

export type CatalogParts = ProductReader & {
  readonly database: Kysely<CatalogTables>
  readonly metrics: Metrics
  readonly guard: Guard<CatalogAccess>
  readonly cursors: Cursors
  readonly search: ProductSearch
  readonly stockLane: StockLane
  readonly stockWatch: StockWatch
  newId(): string
}

export function catalogRoutes(parts: CatalogParts): OpenAPIHono<RequestEnvironment> {
  const routes = createRoutes()
  addProductRoutes(routes, parts)
  addProductChangeRoutes(routes, parts)
  addReviewRoutes(routes, parts)
  addCategoryRoutes(routes, parts)
  addCategoryChangeRoutes(routes, parts)
  addReserveRoute(routes, parts)
  addCloseRoutes(routes, parts)
  addReturnRoute(routes, parts)
  addReservationStatesRoute(routes, parts)
  addReconcileRoute(routes, parts)
  addStockRoutes(routes, parts)
  return routes
}
