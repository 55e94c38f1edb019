import { createHash, generateKeyPairSync } from 'node:crypto'

/** A client of the services' tokens, as SERVICE_CLIENTS lists it; the scopes of each id are in the users service. */
export const serviceClients = [
  { id: 'order-management', secret: 'orders-secret-of-the-tests-0123456789abcdef' },
  { id: 'product-catalog', secret: 'catalog-secret-of-the-tests-0123456789abcdef' },
] as const

const secretOf = (id: (typeof serviceClients)[number]['id']) =>
  serviceClients.find((client) => client.id === id)?.secret ?? ''

/** A port at which nobody listens. */
const nowhere = 'http://127.0.0.1:9'
const tokenKey = 'a-token-key-of-the-tests-0123456789abcdef'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
/** With it a test makes a token of anyone; the services know no other. */
export const signingKey = { kid: 'tests', privateKey } as const

/** Who knows them may speak as a provider or a carrier. */
export const webhookSecrets = {
  simulated: 'simulated-webhooks-of-the-tests-0123456789',
  stripe: 'whsec_stripe_webhooks_of_the_tests_0123456789',
  shipping: 'shipping-webhooks-of-the-tests-0123456789abcd',
} as const

export type Peers = { readonly usersUrl: string; readonly catalogUrl: string }

/** What every service needs beyond its database, for a process or for reading its API document. */
export function serviceSettings({ usersUrl, catalogUrl }: Peers) {
  const common = {
    SHOP_ENV: 'test',
    USERS_URL: usersUrl,
    CATALOG_URL: catalogUrl,
    TOKEN_KEY: tokenKey,
    CURSOR_KEY: 'a-cursor-key-of-the-tests-0123456789abcdef',
    // What limits is tested by itself; here it would hide everything else.
    RATE_LIMIT_REQUESTS: '1000000',
  }
  return {
    users: {
      ...common,
      JWT_PRIVATE_KEYS: JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: signingKey.kid }]),
      PUBLIC_BASE_URL: 'http://shop.test',
      SERVICE_CLIENTS: JSON.stringify(
        serviceClients.map(({ id, secret }) => ({
          id,
          secret_sha256: createHash('sha256').update(secret).digest('hex'),
        })),
      ),
    },
    catalog: { ...common, SERVICE_CLIENT_SECRET: secretOf('product-catalog') },
    orders: {
      ...common,
      SERVICE_CLIENT_SECRET: secretOf('order-management'),
      // Every provider, so that every operation is there. Only the simulated one can be reached.
      PAYMENT_PROVIDERS: 'simulated,stripe,paypal',
      PUBLIC_BASE_URL: 'http://shop.test',
      SIMULATED_WEBHOOK_SECRETS: webhookSecrets.simulated,
      STRIPE_API_BASE: nowhere,
      STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
      STRIPE_WEBHOOK_SECRETS: webhookSecrets.stripe,
      PAYPAL_API_BASE: nowhere,
      PAYPAL_CLIENT_ID: 'client-of-the-tests',
      PAYPAL_CLIENT_SECRET: 'secret-of-the-tests',
      PAYPAL_WEBHOOK_IDS: '9XL90610J3647323C',
      SHIPPING_WEBHOOK_SECRETS: webhookSecrets.shipping,
    },
  } as const
}
