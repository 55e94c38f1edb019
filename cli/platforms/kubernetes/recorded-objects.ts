import { z } from 'zod'
import { templateLabel } from '../../../manifests/labels.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { KubeObject } from './kube-client.ts'

const recordedObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
const recordedObjects = z.array(recordedObject)

/** A record that an older or another shopctl wrote may hold something else: `unreadableParts` tells. */
const parseObjects = (manifest: unknown): readonly KubeObject[] => recordedObjects.safeParse(manifest).data ?? []

/** What a release applies for one of its services. */
export const objectsOfService = (
  { services }: Pick<ReleaseRecord, 'services'>,
  service: string,
): readonly KubeObject[] => parseObjects(services[service]?.manifest)

/** Everything that a release applies, what belongs to no service first. */
export const objectsOfRelease = (release: Pick<ReleaseRecord, 'services' | 'shared'>): readonly KubeObject[] => [
  ...parseObjects(release.shared),
  ...Object.keys(release.services).flatMap((service) => objectsOfService(release, service)),
]

const deploymentFacts = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }),
    }),
  }),
})

/** The Deployment of a service, by what tells its pods apart. */
export type RecordedDeployment = {
  readonly service: string
  readonly name: string
  readonly template: string
  readonly image: string
}

/** Null where the record names none: it was not written for a cluster. */
export const recordedDeployment = (
  release: Pick<ReleaseRecord, 'services'>,
  service: string,
): RecordedDeployment | null => {
  const found = objectsOfService(release, service).find(({ kind }) => kind === 'Deployment')
  const { data } = deploymentFacts.safeParse(found)
  const template = data?.spec.template.metadata.labels[templateLabel]
  const image = data?.spec.template.spec.containers[0]?.image
  if (data === undefined || template === undefined || image === undefined) return null
  return { service, name: data.metadata.name, template, image }
}

export const recordedDeployments = (release: Pick<ReleaseRecord, 'services'>): readonly RecordedDeployment[] =>
  Object.keys(release.services).flatMap((service) => recordedDeployment(release, service) ?? [])

/** One sentence for each service whose record names nothing that could be applied. */
export const unreadableServices = (release: Pick<ReleaseRecord, 'services'>): readonly string[] =>
  Object.keys(release.services)
    .filter((service) => recordedDeployment(release, service) === null)
    .map((service) => `${service}: the record holds no Deployment that this shopctl can read`)

/** The same for all of a release, with what belongs to no service. Of such a record nothing may be concluded. */
export const unreadableParts = (release: Pick<ReleaseRecord, 'services' | 'shared'>): readonly string[] => [
  ...(release.shared === null || recordedObjects.safeParse(release.shared).success
    ? []
    : ['what belongs to no single service: the record holds no objects that this shopctl can read']),
  ...unreadableServices(release),
]
