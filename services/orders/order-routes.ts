import type { OpenAPIHono } from '@hono/zod-openapi'
import type { RequestEnvironment } from '../kit/routes.ts'
import { addCancelRoute } from './cancel/cancel-route.ts'
import { addDraftRoutes } from './drafts/draft-routes.ts'
import { addInvoiceRoute } from './invoices/invoice-route.ts'
import { addPayRoute } from './pay/pay-route.ts'
import { addConfirmRoute } from './payments/simulated/confirm-route.ts'
import { addReadRoutes } from './reads/read-routes.ts'
import { addReconcileRoute } from './reconcile/reconcile-route.ts'
import { addRefundRoute } from './refunds/refund-route.ts'
import { addShipmentRoutes } from './shipments/shipment-routes.ts'
import { addShippingWebhook } from './shipments/shipping-webhook.ts'
import { addStatusRoute } from './status/status-route.ts'
import { addWebhookRoutes } from './webhooks/webhook-routes.ts'

type Parts = Parameters<typeof addDraftRoutes>[1] &
  Parameters<typeof addReadRoutes>[1] &
  Parameters<typeof addPayRoute>[1] &
  Parameters<typeof addCancelRoute>[1] &
  Parameters<typeof addInvoiceRoute>[1] &
  Parameters<typeof addWebhookRoutes>[1] &
  Parameters<typeof addConfirmRoute>[1] &
  Parameters<typeof addRefundRoute>[1] &
  Parameters<typeof addReconcileRoute>[1] &
  Parameters<typeof addShipmentRoutes>[1] &
  Parameters<typeof addStatusRoute>[1] &
  Parameters<typeof addShippingWebhook>[1]

/** Every operation of the service. */
export function addOrderRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  addDraftRoutes(routes, parts)
  addReadRoutes(routes, parts)
  addPayRoute(routes, parts)
  addCancelRoute(routes, parts)
  addStatusRoute(routes, parts)
  addShipmentRoutes(routes, parts)
  addRefundRoute(routes, parts)
  addReconcileRoute(routes, parts)
  addInvoiceRoute(routes, parts)
  addWebhookRoutes(routes, parts)
  addConfirmRoute(routes, parts)
  addShippingWebhook(routes, parts)
}
