import { httpClient } from '../../kit/http-exchange.ts'
import type { Checks } from '../../kit/service.ts'
import type { PaymentSettings } from './payment-settings.ts'
import type { PaymentProvider, ProviderName } from './provider.ts'
import { openProviderHttp } from './provider-http.ts'
import { providerPolicy } from './provider-policy.ts'
import type { ProvidersParts } from './providers-parts.ts'
import type { SimulatedBank } from './simulated/simulated-bank.ts'

export type PaymentProviders = {
  /** Undefined where the settings do not name it. */
  get(name: ProviderName): PaymentProvider | undefined
  readonly names: readonly ProviderName[]
  /** Undefined where the settings do not name the simulated one. */
  readonly bank: SimulatedBank | undefined
  /** Each fails while the provider's breaker is open. */
  readonly optionalChecks: Checks
  close(): Promise<void>
}

/** The providers that the settings name. What is not named is not even loaded: the SDK would cost every start its time. */
export async function openProviders(parts: ProvidersParts): Promise<PaymentProviders> {
  const names = parts.settings.PAYMENT_PROVIDERS
  const opened = await Promise.all(names.map((name) => openers[name](parts)))
  const providers = new Map(opened.map(({ provider }) => [provider.name, provider] as const))
  return {
    get: (name) => providers.get(name),
    names,
    bank: opened.find(({ bank }) => bank !== undefined)?.bank,
    optionalChecks: Object.fromEntries([...providers].map(([name, { check }]) => [name, check])),
    async close() {
      await Promise.all([...providers.values()].map((provider) => provider.close()))
    },
  }
}

type Opened = { readonly provider: PaymentProvider; readonly bank?: SimulatedBank }

const openers: Readonly<Record<ProviderName, (parts: ProvidersParts) => Promise<Opened>>> = {
  async simulated(parts) {
    const { openSimulated } = await import('./simulated/open-simulated.ts')
    return openSimulated(parts)
  },
  async stripe({ settings, policy = providerPolicy, metrics, logger }) {
    const { stripeProvider } = await import('./stripe/stripe-provider.ts')
    const provider = stripeProvider({
      http: openProviderHttp({ name: 'stripe', client: httpClient(), policy, metrics, logger }),
      apiBase: settings.STRIPE_API_BASE,
      secretKey: required(settings.STRIPE_SECRET_KEY),
      webhookSecrets: required(settings.STRIPE_WEBHOOK_SECRETS),
      returnUrl: returnUrls(settings),
    })
    return { provider }
  },
  async paypal({ settings, policy = providerPolicy, metrics, logger }) {
    const { payPalProvider } = await import('./paypal/paypal-provider.ts')
    const { payPalCertificates } = await import('./paypal/paypal-certificates.ts')
    const { fetchCertificates } = await import('./paypal/fetch-certificates.ts')
    const parts = { name: 'paypal', policy, metrics, logger } as const
    // Whoever sends us webhooks has us ask for certificates: that must never stop payments.
    const certificates = openProviderHttp({ ...parts, peer: 'paypal_certificates', client: httpClient() })
    const provider = payPalProvider({
      http: openProviderHttp({ ...parts, client: httpClient() }),
      apiBase: settings.PAYPAL_API_BASE,
      clientId: required(settings.PAYPAL_CLIENT_ID),
      clientSecret: required(settings.PAYPAL_CLIENT_SECRET),
      webhooks: {
        certificates: payPalCertificates({ fetch: fetchCertificates(certificates), close: certificates.close }),
        webhookIds: required(settings.PAYPAL_WEBHOOK_IDS),
      },
      returnUrl: returnUrls(settings),
    })
    return { provider }
  },
}

const returnUrls =
  ({ PUBLIC_BASE_URL }: PaymentSettings) =>
  (orderId: string): string =>
    `${required(PUBLIC_BASE_URL)}/orders/${orderId}`

/** `paymentRules` has seen to it. */
function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a setting of a payment provider is missing, and no rule has said so')
  return value
}
