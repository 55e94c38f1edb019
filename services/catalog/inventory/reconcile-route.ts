import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../../kit/guard.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import type { StockWatch } from './stock-watch.ts'

type Parts = { readonly guard: Guard<CatalogAccess>; readonly stockWatch: StockWatch }

const productsAtMost = 100

export function addReconcileRoute(routes: OpenAPIHono<RequestEnvironment>, { guard, stockWatch }: Parts): void {
  routes.openapi({ ...reconcileRoute, ...guard.user('reconcileStock') }, async (c) => {
    const { checked, driftUnits, drifted } = await stockWatch.reconcile()
    const products = drifted.slice(0, productsAtMost)
    return c.json(
      reconciliationSchema.parse({ checked, drifted: drifted.length, drift_units: driftUnits, products }),
      200,
    )
  })
}

const driftSchema = z.object({
  product_id: z.uuid(),
  quantity: z.int(),
  moved: z.int().openapi({ description: 'sum of the movements, which `quantity` should be' }),
  reserved: z.int(),
  held: z.int().openapi({ description: 'sum of the active reservations, which `reserved` should be' }),
})

const reconciliationSchema = z
  .object({
    checked: z.int().openapi({ description: 'products compared' }),
    drifted: z.int().openapi({ description: 'products that are off' }),
    drift_units: z.int(),
    products: z.array(driftSchema).openapi({ description: `the first ${productsAtMost} of those that are off` }),
  })
  .openapi('Reconciliation', { example: { checked: 50, drifted: 0, drift_units: 0, products: [] } })

const reconcileRoute = createRoute({
  method: 'post',
  path: '/api/v1/inventory/reconcile',
  tags: ['inventory'],
  summary: 'Compare stock with its movements and reservations; repairs nothing',
  responses: {
    200: jsonAnswer('What was compared, and what is off', reconciliationSchema),
    ...problemResponses(),
  },
})
