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
  if (aws === null || covers(own)) return own
  const { fetchAwsSecrets } = await import('./aws-secrets.ts')
  const lacking = missing(own, serviceNames)
  return [...(await fetchAwsSecrets({ environment: environment.name, ...aws, lacking }, signal)), ...own]
}

/** Settings without which a service does not start. */
const required = (service: ServiceName): readonly string[] =>
  service === 'users'
    ? ['DATABASE_URL', 'JWT_PRIVATE_KEYS', 'TOKEN_KEY']
    : ['DATABASE_URL', 'SERVICE_CLIENT_SECRET', 'CURSOR_KEY']

const missing = (entries: readonly SecretEntry[], services: readonly WorkloadName[]) =>
  serviceNames
    .filter((service) => services.includes(service))
    .flatMap((service) => {
      const given = entriesOf(service, entries)
      return required(service).flatMap((name) => (given.has(name) ? [] : [{ service, name }]))
    })

/** A file with everything that is needed stands alone: who has no AWS must not need it. */
export const covers = (entries: readonly SecretEntry[]): boolean => missing(entries, serviceNames).length === 0

type Wanted = { readonly environment: EnvironmentFacts; readonly services: readonly WorkloadName[] }

/** Throws SECRETS_MISSING (refused) that names everything which is not there, once. */
export const requireSecrets = (entries: readonly SecretEntry[], { environment, services }: Wanted): void => {
  const absent = missing(entries, services)
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
