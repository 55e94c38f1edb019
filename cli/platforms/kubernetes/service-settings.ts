import type { ShopPlace } from '../../../manifests/orders-settings.ts'
import { plainSettings } from '../../../manifests/service-settings.ts'
import { type WorkloadName, workload } from '../../../manifests/workload.ts'
import type { WorkloadSettings } from '../../../manifests/workload-settings.ts'
import { isSecretSetting, type ServiceSettings, settingsHash } from '../service-settings.ts'
import { entriesOf, type SecretEntry } from './secret-entry.ts'

export type KubeSettingsSource = ShopPlace & {
  /** Of the foundations and of people; a later one wins. */
  readonly entries: readonly SecretEntry[]
}

/** What a service is told. Ports, peers and its own name come from the manifest: they are no settings. */
export const kubeServiceSettings = (
  service: WorkloadName,
  { entries, ...place }: KubeSettingsSource,
): ServiceSettings => {
  const given = [...entriesOf(service, entries).values()]
  const plain = given.filter(({ name, value }) => !isSecretSetting(name, value))
  // The edge has no secret: whatever it holds would be one door nearer to the outside.
  const secret = service === 'edge' ? [] : given.filter(({ name, value }) => isSecretSetting(name, value))
  const secrets = Object.fromEntries(secret.map(({ name, value }) => [name, value]))
  const variables = {
    ...plainSettings(service, place),
    ...Object.fromEntries(plain.map(({ name, value }) => [name, value])),
  }
  const shown = Object.entries(variables).filter(([name]) => !Object.hasOwn(secrets, name))
  return { variables: Object.fromEntries(shown), secrets }
}

/** `order-management-secrets-3f1c…`: the same content, the same name. */
export const secretName = (service: WorkloadName, hash: string): string =>
  `${workload(service).longName}-secrets-${hash}`

/** The settings as the manifests want them: a ConfigMap with its content, a Secret by name and keys alone. */
export const workloadSettings = (service: WorkloadName, settings: ServiceSettings): WorkloadSettings => {
  const hash = settingsHash(settings)
  const keys = Object.keys(settings.secrets).toSorted()
  return {
    configMap: { name: `${workload(service).longName}-settings-${hash}`, data: settings.variables },
    secret: keys.length === 0 ? null : { name: secretName(service, hash), keys },
  }
}
