import { z } from 'zod'
import { type environments, httpUrl } from '../../kit/settings.ts'
import { type ProviderName, providerNames } from './provider.ts'

export const commaList = (item: RegExp, rule: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every((part) => item.test(part)), rule)

const isProvider = (name: string): name is ProviderName => providerNames.some((known) => known === name)

const namedProviders = z
  .string()
  .refine((text) => text === 'none' || text.split(',').every((name) => isProvider(name.trim())), {
    error: `must be none, or some of ${providerNames.join(', ')}, separated by commas`,
    abort: true,
  })
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))].filter(isProvider))

const milliseconds = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a number of at most five decimal digits')
  .transform(Number)

/** What the payment providers need; for the settings of the service, with each of `paymentRules`. */
export const paymentSettings = {
  /** `none`: nothing can be paid. */
  PAYMENT_PROVIDERS: namedProviders.prefault('simulated').meta({ example: 'stripe,paypal' }),
  /** Where customers reach the shop; they come back there from a provider. */
  PUBLIC_BASE_URL: httpUrl.optional().meta({ example: 'https://shop.example' }),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_\w{8,}$/, 'must be a secret or restricted key, which starts with sk_ or rk_')
    .optional()
    .meta({ example: 'sk_live_…' }),
  /** The first is the current one; the others still count. */
  STRIPE_WEBHOOK_SECRETS: commaList(/^whsec_\S{16,}$/, 'must be secrets that start with whsec_, separated by commas')
    .optional()
    .meta({ example: 'whsec_…' }),
  STRIPE_API_BASE: httpUrl.default('https://api.stripe.com').meta({ example: 'https://api.stripe.com' }),
  PAYPAL_CLIENT_ID: z.string().min(1).optional().meta({ example: 'AeA1QIZX…' }),
  PAYPAL_CLIENT_SECRET: z.string().min(1).optional().meta({ example: 'EGnHDxD_…' }),
  PAYPAL_WEBHOOK_IDS: commaList(/^[0-9A-Za-z]{1,50}$/, 'must be webhook ids, separated by commas')
    .optional()
    .meta({ example: '9XL90610J3647323C' }),
  PAYPAL_API_BASE: httpUrl.default('https://api-m.paypal.com').meta({ example: 'https://api-m.sandbox.paypal.com' }),
  /** Sign and verify the simulated provider's webhooks; left out, its ledger has one of its own. */
  SIMULATED_WEBHOOK_SECRETS: commaList(/^\S{32,}$/, 'must be secrets of at least 32 characters, separated by commas')
    .optional()
    .meta({ example: 'at least 32 random characters', refusedIn: 'prod' }),
  SIMULATED_PROVIDER_DELAY_MILLISECONDS: milliseconds.default(20).meta({ example: '20' }),
  /** Where the simulated provider reaches this service; its own port where it is left out. */
  WEBHOOK_BASE_URL: httpUrl.optional().meta({ example: 'http://127.0.0.1:8081' }),
}

export type PaymentSettings = z.output<z.ZodObject<typeof paymentSettings>>

type Given = Partial<PaymentSettings> & { readonly SHOP_ENV?: (typeof environments)[number] }

const names = ({ PAYMENT_PROVIDERS: given }: Given, provider: ProviderName): boolean =>
  // Beside other faults it may be the text that was refused.
  Array.isArray(given) && given.includes(provider)

const rule = (path: keyof PaymentSettings, { holds, error }: { holds(given: Given): boolean; error: string }) => ({
  holds,
  // Also beside other faults, so that all are named at once.
  fault: { path: [path], error, when: () => true },
})

const neededBy = (provider: ProviderName, setting: keyof PaymentSettings) =>
  rule(setting, {
    holds: (given) => !names(given, provider) || given[setting] !== undefined,
    error: `is required where PAYMENT_PROVIDERS names ${provider}`,
  })

const safeInProd = (setting: 'STRIPE_API_BASE' | 'PAYPAL_API_BASE' | 'PUBLIC_BASE_URL') =>
  rule(setting, {
    holds: ({ SHOP_ENV, [setting]: url = 'https:' }) => SHOP_ENV !== 'prod' || String(url).startsWith('https:'),
    error: 'must start with https:// where SHOP_ENV is prod',
  })

/** Each as `.refine(rule.holds, rule.fault)`. */
export const paymentRules = [
  rule('PAYMENT_PROVIDERS', {
    holds: (given) => given.SHOP_ENV !== 'prod' || !names(given, 'simulated'),
    error: 'must not name simulated where SHOP_ENV is prod',
  }),
  rule('STRIPE_SECRET_KEY', {
    holds: ({ SHOP_ENV, STRIPE_SECRET_KEY: key = '' }) => SHOP_ENV !== 'prod' || !/^.k_test_/.test(key),
    error: 'must not be a test key where SHOP_ENV is prod',
  }),
  neededBy('stripe', 'STRIPE_SECRET_KEY'),
  neededBy('stripe', 'STRIPE_WEBHOOK_SECRETS'),
  neededBy('stripe', 'PUBLIC_BASE_URL'),
  neededBy('paypal', 'PAYPAL_CLIENT_ID'),
  neededBy('paypal', 'PAYPAL_CLIENT_SECRET'),
  neededBy('paypal', 'PAYPAL_WEBHOOK_IDS'),
  neededBy('paypal', 'PUBLIC_BASE_URL'),
  safeInProd('STRIPE_API_BASE'),
  safeInProd('PAYPAL_API_BASE'),
  safeInProd('PUBLIC_BASE_URL'),
]
