import type { Kysely } from 'kysely'
import { type Ending, endTogether } from '../kit/end-together.ts'
import type { Logger } from '../kit/logging.ts'
import type { ObjectStore } from '../kit/object-store/object-store.ts'
import type { Tracing } from '../kit/trace-span.ts'
import { cancelUnpaidTask } from './cancel/closed-customers.ts'
import type { Catalog } from './catalog-client.ts'
import type { InvoiceSeller } from './documents/invoice-snapshot.ts'
import { expireOrders } from './expiry/expire-orders.ts'
import { storeDocumentTask } from './invoices/store-documents.ts'
import type { OrderMetrics } from './order-metrics.ts'
import type { Applied } from './pay/apply-payment.ts'
import type { PaymentRow } from './pay/payment-store.ts'
import type { PaymentProviders } from './payments/open-providers.ts'
import { type PaymentProvider, type ProviderName, ProviderUnavailable } from './payments/provider.ts'
import { applyDispute } from './refunds/apply-dispute.ts'
import { applyRefundFacts } from './refunds/apply-refund-facts.ts'
import { sendRefundTask, watchRefundTask } from './refunds/refund-tasks.ts'
import { returnUnitsTask } from './refunds/return-units.ts'
import { resumeSagas } from './saga/resume-sagas.ts'
import type { OrdersTables } from './schema.ts'
import { applyShippingFacts } from './shipments/apply-shipping-facts.ts'
import { askPaymentTask, cancelPaymentTask } from './tasks/payment-tasks.ts'
import { runTasks } from './tasks/run-tasks.ts'
import { releaseStockTask, returnStockTask } from './tasks/stock-tasks.ts'
import { applyProviderEvent } from './webhooks/apply-provider-event.ts'
import { applyWebhooks } from './webhooks/apply-webhooks.ts'

export type OrderWorkParts = {
  readonly database: Kysely<OrdersTables>
  readonly logger: Logger
  readonly catalog: Catalog
  readonly providers: PaymentProviders
  readonly store: ObjectStore
  readonly seller: InvoiceSeller
  readonly metrics: OrderMetrics
  readonly tracing?: Tracing | undefined
  newId(): string
  now(): Date
}

/** What goes on beside the requests, in each process, and what the routes need of it. */
export function openOrderWork(given: OrderWorkParts) {
  const { database, logger, catalog, store, metrics, providers, tracing } = given
  const wakeAll = () => {
    sagas.wake()
    tasks.wake()
  }
  const parts = {
    ...given,
    providerOf: (payment: PaymentRow) => openProvider(providers, payment),
    onApplied: (payment: PaymentRow, applied: Applied) => {
      metrics.countPayment(payment.provider, applied)
      if (alarming.includes(applied)) {
        logger.error(
          { order_id: payment.orderId, payment_id: payment.id, applied },
          'money that somebody has to look at',
        )
      }
    },
    onRefunded: metrics.countRefund,
    wakeTasks: () => tasks.wake(),
    wakeSagas: () => sagas.wake(),
    wakeWebhooks: () => webhooks.wake(),
  }
  const byProvider = applyProviderEvent({
    ...parts,
    applyRefund: (transaction, event) => applyRefundFacts(transaction, parts, event),
    applyDispute: (transaction, event) => applyDispute(transaction, parts, event),
  })
  const tasks = runTasks({
    database,
    logger,
    tracing,
    onParked: ({ kind }) => metrics.countParkedTask(kind),
    handlers: {
      send_refund: sendRefundTask(parts),
      watch_refund: watchRefundTask(parts),
      release_stock: releaseStockTask(catalog),
      return_stock: returnStockTask(catalog),
      return_units: returnUnitsTask(parts),
      cancel_payment: cancelPaymentTask(parts),
      ask_payment: askPaymentTask(parts),
      cancel_order: cancelUnpaidTask(parts),
      store_document: storeDocumentTask({ database, store }),
    },
  })
  const sagas = resumeSagas(parts)
  const webhooks = applyWebhooks({
    database,
    logger,
    tracing,
    apply: { simulated: byProvider, stripe: byProvider, paypal: byProvider, shipping: applyShippingFacts },
    onParked: ({ provider }) => metrics.countWebhook(provider, 'parked'),
    wake: wakeAll,
  })
  const expiry: Ending = expireOrders(parts)
  return { parts, ...endTogether([tasks, sagas, webhooks, expiry]) }
}

const alarming: readonly Applied[] = ['mismatched', 'kept']

/** A payment of a provider that the settings name no more waits until they do. */
function openProvider(providers: PaymentProviders, { provider: name }: PaymentRow): PaymentProvider {
  const provider = name === 'none' ? undefined : providers.get(name)
  if (provider !== undefined) return provider
  const cause = new Error(`PAYMENT_PROVIDERS does not name ${name}`)
  throw new ProviderUnavailable({ provider: nameOf(name), mayHaveActed: true, retryAfterSeconds: 60, cause })
}

const nameOf = (name: PaymentRow['provider']): ProviderName => (name === 'none' ? 'simulated' : name)
