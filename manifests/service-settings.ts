import type { EnvironmentFacts } from '../stacks/environments.ts'
import { ordersSettings, type ShopPlace } from './orders-settings.ts'
import { takesSimulatedPayments, type WorkloadName } from './workload.ts'

/** Links in mails and ways back from a payment provider; never from a request. */
const publicBase = ({ kubernetes }: EnvironmentFacts): Readonly<Record<string, string>> => {
  const entry = kubernetes?.entry
  return { PUBLIC_BASE_URL: entry?.kind === 'ingress' ? `https://${entry.host}` : 'http://localhost:8080' }
}

const ownSettings = (service: WorkloadName, place: ShopPlace): Readonly<Record<string, string>> => {
  if (service === 'users') return publicBase(place.environment)
  if (service === 'orders') return { ...publicBase(place.environment), ...ordersSettings(place) }
  return {}
}

/** Plain settings of one workload: what its ConfigMap holds. */
export const plainSettings = (service: WorkloadName, place: ShopPlace): Readonly<Record<string, string>> => {
  const { name, settings } = place.environment
  const { LOG_LEVEL = 'info', ...others } = settings
  if (service === 'edge') return { LOG_LEVEL, TRUSTED_PROXY_HOPS: '0' }
  // One hop stands before a service: the edge or the load balancer.
  return { ...ownSettings(service, place), ...others, LOG_LEVEL, SHOP_ENV: name, TRUSTED_PROXY_HOPS: '1' }
}

const ofProvider = {
  simulated: [],
  stripe: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS'],
  paypal: ['PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_IDS'],
} as const satisfies Readonly<Record<EnvironmentFacts['paymentProviders'][number], readonly string[]>>

/** The secrets that only others can give: who takes the payments, carries the parcels, brings the mails. */
export const thirdPartySecrets = (service: WorkloadName, environment: EnvironmentFacts): readonly string[] => {
  const mails = takesSimulatedPayments(environment) ? [] : ['SMTP_URL']
  if (service === 'users') return mails
  if (service !== 'orders') return []
  const parcels = takesSimulatedPayments(environment) ? [] : ['SHIPPING_WEBHOOK_SECRETS']
  return [...environment.paymentProviders.flatMap((provider) => ofProvider[provider]), ...parcels, ...mails]
}

/** The settings that are secret, which the environment must have. People may add others. */
export const secretSettings = (service: WorkloadName, environment: EnvironmentFacts): readonly string[] => {
  if (service === 'edge') return []
  const own = service === 'users' ? ['JWT_PRIVATE_KEYS', 'SERVICE_CLIENTS', 'TOKEN_KEY'] : ['SERVICE_CLIENT_SECRET']
  const ofAll = ['CURSOR_KEY', 'DATABASE_URL', 'EVENT_BUS_URL', 'MIGRATION_DATABASE_URL', 'REDIS_URL']
  // What shopctl makes itself it makes for load tests too; elsewhere somebody sets the key, and in prod nobody can.
  const loadTest = service === 'users' && environment.kubernetes?.foundations === 'own' ? ['RATE_LIMIT_BYPASS_KEY'] : []
  return [...ofAll, ...own, ...loadTest, ...thirdPartySecrets(service, environment)].toSorted()
}
