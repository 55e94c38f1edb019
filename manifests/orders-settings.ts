import { services } from '../services/registry.ts'
import { bucketName } from '../stacks/bucket-names.ts'
import type { EnvironmentFacts, Seller } from '../stacks/environments.ts'
import { installations } from '../stacks/installations.ts'
import { kubernetesFacts, takesSimulatedPayments } from './workload.ts'

export type ShopPlace = {
  readonly environment: EnvironmentFacts
  /** A role may write only below the name of its pod's namespace, wherever that is. */
  readonly namespace: string
}

const { longName, port } = services.orders

/** Without buckets: where the pod may write. They go with it, and are made again when somebody asks for them. */
const documentsUrl = ({ environment, namespace }: ShopPlace): string => {
  if (kubernetesFacts(environment).foundations === 'own') return 'file:///tmp/documents'
  const { installation, name } = environment
  if (installation === null) throw new Error(`environment ${name} stands on no installation, which would have buckets`)
  return `s3://${bucketName(installations[installation], 'order-documents')}/${namespace}`
}

/** By the settings' names; an empty one counts as not given. */
export const sellerSettings = ({ name, address, country, taxId }: Seller): Readonly<Record<string, string>> => ({
  SELLER_NAME: name,
  SELLER_ADDRESS: address.join(' | '),
  SELLER_COUNTRY: country,
  SELLER_TAX_ID: taxId,
})

const given = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''))

/** Whom the shop sells as, who takes its payments, and where its documents go. */
export const ordersSettings = (place: ShopPlace): Readonly<Record<string, string>> => {
  const { paymentProviders, seller } = place.environment
  return {
    DOCUMENTS_URL: documentsUrl(place),
    PAYMENT_PROVIDERS: paymentProviders.join(','),
    SMS_PROVIDER: 'none',
    ...(takesSimulatedPayments(place.environment) ? { WEBHOOK_BASE_URL: `http://${longName}:${port}` } : {}),
    ...(seller === null ? {} : given(sellerSettings(seller))),
  }
}
