import { type WorkloadName, workloadNames } from '../../../manifests/workload.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import type { ServiceSettings } from '../service-settings.ts'
import { serviceClients } from '../shared-service-secrets.ts'
import { busEntries } from './bus-entries.ts'
import type { KubeClient } from './kube-client.ts'
import { ensureOwnFoundations, ownEntries, readOwnFoundations, secretsOfFoundations } from './own-foundations.ts'
import { requireSeller } from './require-seller.ts'
import { entriesOf, type SecretEntry } from './secret-entry.ts'
import { fetchSecretEntries, requireSecrets } from './secret-source.ts'
import { kubeServiceSettings } from './service-settings.ts'

export type SettingsPlace = {
  readonly client: KubeClient
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly namespace: string
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly keepSecret: (secret: string) => void
}

export type SettingsSource = {
  /** As they are now. `make`: passwords that shopctl makes itself are made where there are none yet. */
  read(missing: 'make' | 'refuse', signal: AbortSignal): Promise<(service: WorkloadName) => ServiceSettings>
}

/** Demo accounts are made with these; they are there to be shown, and are no secret of the shop. */
const demoEntries = ({
  demo,
}: {
  demo: { customerPassword: string; adminPassword: string }
}): readonly SecretEntry[] => {
  const origin = 'demo accounts'
  return [
    { service: 'users', name: 'SEED_CUSTOMER_PASSWORD', value: demo.customerPassword, origin },
    { service: 'users', name: 'SEED_ADMIN_PASSWORD', value: demo.adminPassword, origin },
  ]
}

/** How the users service knows the others, unless somebody says it themselves. */
const clientEntry = (entries: readonly SecretEntry[]): SecretEntry => ({
  service: 'users',
  name: 'SERVICE_CLIENTS',
  value: serviceClients((service) => entriesOf(service, entries).get('SERVICE_CLIENT_SECRET')?.value),
  origin: 'SERVICE_CLIENT_SECRET of the others',
})

/** What the services are told: by shopctl itself where the environment stands alone, by AWS and by people. */
export const createSettingsSource = (place: SettingsPlace): SettingsSource => {
  const { client, environment, facts, namespace, keepSecret } = place

  const foundationEntries = async (
    missing: 'make' | 'refuse',
    signal: AbortSignal,
  ): Promise<readonly SecretEntry[]> => {
    if (facts.foundations !== 'own') return []
    const where = { client, environment: environment.name, namespace }
    const foundations = await (missing === 'make' ? ensureOwnFoundations : readOwnFoundations)(where, signal)
    if (foundations === null) return []
    for (const secret of secretsOfFoundations(foundations)) keepSecret(secret)
    return [...ownEntries(foundations), ...demoEntries(foundations)]
  }

  return {
    async read(missing, signal) {
      const own = await foundationEntries(missing, signal)
      const given = await fetchSecretEntries(place, signal)
      for (const { value } of given) keepSecret(value)
      const told = [...own, ...given]
      const entries = [clientEntry(told), ...busEntries(told), ...told]
      requireSecrets(entries, { environment, services: workloadNames(environment) })
      requireSeller(entries, environment)
      return (service) => kubeServiceSettings(service, { environment, namespace, entries })
    },
  }
}
