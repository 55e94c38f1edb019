import { createHash, hkdfSync } from 'node:crypto'
import { type ServiceName, serviceNames, services } from '../../services/registry.ts'

export type SharedSecret = { readonly service: ServiceName; readonly name: string; readonly value: string }

/** Proves a load test, which is one client and asks as thousands. No service starts with it in prod. */
export const loadTestKeySetting = 'RATE_LIMIT_BYPASS_KEY'

/** Those who ask the users service in their own name. */
const clients = serviceNames.filter((service) => services[service].calls.includes('users'))

/**
 * The key that the users service derives mailed tokens with, and the word by which each other service proves itself to
 * it. All of one root, so that a platform which was made before they were needed has them too, always the same.
 */
export const sharedServiceSecrets = (root: string): readonly SharedSecret[] => [
  { service: 'users', name: 'TOKEN_KEY', value: derived(root, 'token-key') },
  ...clients.map((service) => ({
    service,
    name: 'SERVICE_CLIENT_SECRET',
    value: derived(root, `client/${services[service].longName}`),
  })),
]

/** The same where a platform makes all secrets itself, and nothing is real: with the key that a load test is known by. */
export const ownServiceSecrets = (root: string): readonly SharedSecret[] => [
  ...sharedServiceSecrets(root),
  { service: 'users', name: loadTestKeySetting, value: derived(root, 'load-test') },
]

/** What the users service is told of them: no secret, only by what it is known. */
export const serviceClients = (secretOf: (service: ServiceName) => string | undefined): string =>
  JSON.stringify(
    clients.flatMap((service) => {
      const secret = secretOf(service)
      if (secret === undefined) return []
      return [{ id: services[service].longName, secret_sha256: createHash('sha256').update(secret).digest('hex') }]
    }),
  )

const derived = (root: string, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', root, '', `shopctl/${purpose}`, 32)).toString('base64url')
