import { createHash, generateKeyPairSync } from 'node:crypto'

/** A client of the services' tokens, as SERVICE_CLIENTS lists it; the scopes of each id are in the users service. */
export const serviceClients = [
  { id: 'order-management', secret: 'orders-secret-of-the-tests-0123456789abcdef' },
  { id: 'product-catalog', secret: 'catalog-secret-of-the-tests-0123456789abcdef' },
] as const

const secretOf = (id: (typeof serviceClients)[number]['id']) =>
  serviceClients.find((client) => client.id === id)?.secret ?? ''

const tokenKey = 'a-token-key-of-the-tests-0123456789abcdef'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
/** With it a test makes a token of anyone; the services know no other. */
export const signingKey = { kid: 'tests', privateKey } as const

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
    orders: { ...common, SERVICE_CLIENT_SECRET: secretOf('order-management') },
  } as const
}
