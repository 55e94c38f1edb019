import { thirdPartySecrets } from '../../../manifests/service-settings.ts'
import type { WorkloadName } from '../../../manifests/workload.ts'
import { type ServiceName, serviceNames } from '../../../services/registry.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { awsSecretFor } from './aws-secret-values.ts'
import { entriesOf, type SecretEntry } from './secret-entry.ts'
import { openSecretsFile, type SecretsFilePlace } from './secrets-file.ts'

type SourcePlace = Omit<SecretsFilePlace, 'environment'> & { readonly environment: EnvironmentFacts }

/** What people and AWS give the environment, without what shopctl made itself. The file wins over Secrets Manager. */
export const fetchSecretEntries = async (
  { environment, ...place }: SourcePlace,
  signal: AbortSignal,
): Promise<readonly SecretEntry[]> => {
  const file = openSecretsFile({ ...place, environment: environment.name })
  const aws = environment.kubernetes?.secrets ?? null
  // First: a file that does not open is known at once.
  const own = await file.read()
  if (aws === null || covers(own, environment)) return own
  const { fetchAwsSecrets } = await import('./aws-secrets.ts')
  const lacking = missing(own, { environment, services: serviceNames })
  return [...(await fetchAwsSecrets({ environment: environment.name, ...aws, lacking }, signal)), ...own]
}

/** Settings without which a service does not start, or does not do what customers have paid for. */
const required = (service: ServiceName, environment: EnvironmentFacts): readonly string[] => {
  const own = service === 'users' ? ['JWT_PRIVATE_KEYS', 'TOKEN_KEY'] : ['SERVICE_CLIENT_SECRET', 'CURSOR_KEY']
  return ['DATABASE_URL', ...own, ...thirdPartySecrets(service, environment)]
}

type Wanted = { readonly environment: EnvironmentFacts; readonly services: readonly WorkloadName[] }

const missing = (entries: readonly SecretEntry[], { environment, services }: Wanted) =>
  serviceNames
    .filter((service) => services.includes(service))
    .flatMap((service) => {
      const given = entriesOf(service, entries)
      return required(service, environment).flatMap((name) => (given.has(name) ? [] : [{ service, name }]))
    })

/** A file with everything that is needed stands alone: who has no AWS must not need it. */
export const covers = (entries: readonly SecretEntry[], environment: EnvironmentFacts): boolean =>
  missing(entries, { environment, services: serviceNames }).length === 0

/** Throws SECRETS_MISSING (refused) that names everything which is not there, once. */
export const requireSecrets = (entries: readonly SecretEntry[], { environment, services }: Wanted): void => {
  const absent = missing(entries, { environment, services })
  if (absent.length === 0) return
  const aws = environment.kubernetes?.secrets ?? null
  const place = (service: string, name: string) =>
    aws === null ? '' : `; looked for in Secrets Manager ${aws.prefix}${awsSecretFor(service, name)} (${aws.region})`
  throw new ShopctlError({
    code: 'SECRETS_MISSING',
    outcome: 'refused',
    what: `${absent.length === 1 ? 'A secret that the services need is' : `${absent.length} secrets that the services need are`} missing in ${environment.name}; nothing was changed.`,
    why: absent.map(({ service, name }) => `${service} needs ${name}${place(service, name)}`),
    fix: absent.map(({ service, name }) =>
      toType(`secrets set ${name} --env ${environment.name} --service ${service}`),
    ),
  })
}
