import type { QueryExecutorProvider } from 'kysely'
import type { Logger } from '../../kit/logging.ts'
import type { PeerMetrics } from '../../kit/peer-metrics.ts'
import type { PaymentSettings } from './payment-settings.ts'
import type { ProviderPolicy } from './provider-policy.ts'
import type { SendWebhook } from './simulated/simulated-deliveries.ts'

export type ProvidersParts = {
  readonly settings: PaymentSettings & { readonly PORT?: number | undefined }
  /** Of the service; the simulated provider keeps its books there. */
  readonly database: QueryExecutorProvider
  readonly metrics: PeerMetrics
  readonly logger: Logger
  now(): Date
  readonly policy?: ProviderPolicy
  /** How the simulated provider's webhooks get here, where that is not by HTTP to WEBHOOK_BASE_URL or the own port. */
  readonly sendWebhook?: SendWebhook
}
