import { addOnFiles } from '../../../../manifests/add-ons/add-on-files.ts'
import { addOnLabel } from '../../../../manifests/add-ons/add-on-labels.ts'
import { addOnManifests } from '../../../../manifests/add-ons/add-on-manifests.ts'
import type { AddOnGroup, AddOnRequest } from '../../../../manifests/add-ons/add-on-request.ts'
import { addOnImageReference, addOnImages, imagesWithoutDigest } from '../../../../manifests/monitoring/images.ts'
import { channelSecrets } from '../../../../manifests/monitoring/monitoring-secrets.ts'
import type { Place } from '../../../../observability/render-target.ts'
import { type EnvironmentFacts, environments } from '../../../../stacks/environments.ts'
import { toType } from '../../../errors/to-type.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'
import { isOurs } from '../live-objects.ts'
import { addOnSecrets, type SecretsPlace } from './add-on-secrets.ts'
import { chooseStorage, storageNotes } from './choose-storage.ts'

export type RenderPlace = SecretsPlace & { readonly namespace: string }

export type RenderedAddOns = { readonly objects: readonly KubeObject[]; readonly notes: readonly string[] }

/** Null where the cluster is not on AWS. Throws what `fetchEksVpc` throws. */
const fetchVpcOf = async ({ name, kubernetes }: EnvironmentFacts): Promise<string | null> => {
  if (kubernetes === null || kubernetes.cluster.kind !== 'eks') return null
  const { fetchEksVpc } = await import('../eks-connection.ts')
  return fetchEksVpc({ ...kubernetes.cluster, environment: name })
}

/** Somebody else's stays: the cluster has one API for it. */
const metricsServerOf = async (client: KubeClient, signal: AbortSignal): Promise<AddOnRequest['metricsServer']> => {
  const reference = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    name: 'v1beta1.metrics.k8s.io',
    namespace: null,
  }
  const found = await client.read(reference, signal)
  return found === null || (isOurs(found) && found.metadata.labels?.[addOnLabel] !== undefined) ? 'ours' : 'there'
}

/** The shop's other namespaces on the cluster: those of every environment that stands on the same installation. */
const neighboursOf = ({ environment }: RenderPlace): readonly Place[] =>
  Object.values(environments)
    .filter(({ name, installation }) => name !== environment.name && installation === environment.installation)
    .flatMap(({ name, kubernetes }) =>
      kubernetes === null ? [] : [{ environment: name, namespace: kubernetes.namespace }],
    )

const notesOf = (
  groups: readonly AddOnGroup[],
  { environment, secrets, storage, image }: AddOnRequest,
): readonly string[] => {
  const missing = channelSecrets.filter(({ key }) => !secrets.monitoring.keys.includes(key))
  const loose = imagesWithoutDigest().filter((name) => !image(name).includes('@sha256:'))
  return [
    ...(groups.includes('monitoring')
      ? missing.map(
          ({ key, without }) =>
            `${key} is not given, so that ${without}: ${toType(`secrets set ${key} --env ${environment.name} --service monitoring`)}`,
        )
      : []),
    ...(groups.includes('logging')
      ? loose.map(
          (name) => `${name} is pinned by its version ${addOnImages[name].version} alone: its digest is not known here`,
        )
      : []),
    ...storageNotes(storage, groups),
  ]
}

/** Everything of these groups as it is to be, their Secrets among it. Changes nothing. */
export const renderAddOns = async (
  place: RenderPlace,
  groups: readonly AddOnGroup[],
  signal: AbortSignal,
): Promise<RenderedAddOns> => {
  const { client, environment, namespace, variables } = place
  const [storage, vpcId, metricsServer, secrets] = await Promise.all([
    chooseStorage(place, groups, signal),
    groups.includes('ingress') ? fetchVpcOf(environment) : null,
    metricsServerOf(client, signal),
    addOnSecrets(place, signal),
  ])
  const neighbours = neighboursOf(place)
  const alertChannels = channelSecrets
    .filter(({ key }) => secrets.references.monitoring.keys.includes(key))
    .map(({ channel }) => channel)
  const request: AddOnRequest = {
    environment,
    shopNamespaces: [namespace, ...neighbours.map((place) => place.namespace)],
    files: await addOnFiles({ environment, namespace, neighbours, alertChannels }),
    image: (name) => addOnImageReference(name, variables),
    storage,
    vpcId,
    metricsServer,
    secrets: secrets.references,
  }
  const own = secrets.objects.filter(({ metadata }) => groups.some((group) => metadata.labels?.[addOnLabel] === group))
  return {
    objects: [...addOnManifests(groups, request), ...own],
    notes: notesOf(groups, request),
  }
}
