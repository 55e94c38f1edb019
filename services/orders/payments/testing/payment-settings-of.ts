import { z } from 'zod'
import { type PaymentSettings, paymentSettings } from '../payment-settings.ts'

const schema = z.object(paymentSettings)

/** The settings of payments, read from an environment. */
export const paymentSettingsOf = (environment: Readonly<Record<string, string>> = {}): PaymentSettings =>
  schema.parse({ PUBLIC_BASE_URL: 'https://shop.test', SIMULATED_PROVIDER_DELAY_MILLISECONDS: '0', ...environment })
