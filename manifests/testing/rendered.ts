import { type EnvironmentName, environments } from '../../stacks/environments.ts'
import { environmentManifests } from '../environment-manifests.ts'
import { foundationImages } from '../foundation-images.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { kubernetesFacts } from '../workload.ts'

export const clusterEnvironments = ['dev', 'staging', 'prod'] as const satisfies readonly EnvironmentName[]

/** What `manifests render` makes of an environment. */
export const rendered = (name: (typeof clusterEnvironments)[number]): readonly KubernetesObject[] => {
  const environment = environments[name]
  const { namespace } = kubernetesFacts(environment)
  return environmentManifests({
    environment,
    namespace,
    version: 'unreleased',
    images: {},
    foundationImages: foundationImages({}),
  })
}
