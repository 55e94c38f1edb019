import { serviceNames } from '../services/registry.ts'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { foundationManifests } from './foundation-manifests.ts'
import { migrationJob, seedJob } from './job-manifests.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { ShopPlace } from './orders-settings.ts'
import { plainSettings, secretSettings } from './service-settings.ts'
import { sharedManifests } from './shared-manifests.ts'
import { configMapName, serviceManifests } from './shop-manifests.ts'
import { type WorkloadName, workload, workloadNames } from './workload.ts'
import type { WorkloadSettings } from './workload-settings.ts'

export type EnvironmentManifestsRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly version: string
  /** `registry/repository@sha256:…` by workload; a placeholder stands for one that is left out. */
  readonly images: Readonly<Partial<Record<WorkloadName, string>>>
  readonly foundationImages: { readonly postgres: string; readonly redis: string }
}

/** An image that no registry has: whoever applies it sees at once what is missing. */
export const placeholderImage = (service: WorkloadName): string =>
  `registry.invalid/${workload(service).longName}@sha256:${'0'.repeat(64)}`

/** Without a cluster nobody knows a Secret's content, which ends its real name. */
const placeholderSecret = (name: string): string => `${name}-secrets-0000000000`

const settingsOf = (service: WorkloadName, place: ShopPlace): WorkloadSettings => {
  const data = plainSettings(service, place)
  const keys = secretSettings(service, place.environment)
  const secret = keys.length === 0 ? null : { name: placeholderSecret(workload(service).longName), keys }
  return { configMap: { name: configMapName(service, data), data }, secret }
}

/** Every object of an environment as the first release would have it, but Secrets. Needs no cluster. */
export const environmentManifests = (request: EnvironmentManifestsRequest): readonly KubernetesObject[] => {
  const { environment, namespace, version, images, foundationImages } = request
  const of = <Service extends WorkloadName>(service: Service) => ({
    environment,
    namespace,
    service,
    image: images[service] ?? placeholderImage(service),
    settings: settingsOf(service, { environment, namespace }),
  })
  const foundations = { images: foundationImages, storage: 'claim', secret: placeholderSecret('postgres') } as const
  return [
    ...sharedManifests({ environment, namespace }),
    ...foundationManifests({ environment, namespace, ...foundations }),
    ...workloadNames(environment).flatMap((service) => serviceManifests({ ...of(service), version })),
    ...serviceNames.map((service) => migrationJob({ ...of(service), release: 1 })),
    ...(environment.name === 'dev' ? serviceNames.map((service) => seedJob({ ...of(service), release: 1 })) : []),
  ]
}
