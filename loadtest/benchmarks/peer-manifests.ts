import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** Deployment → image, by digest. */
export type Images = Readonly<Record<string, string>>

const deploymentSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })).length(1) }),
    }),
  }),
})

/** A Deployment as shopctl made it, without what the cluster and shopctl wrote about it: theirs to release. */
export type PeerDeployment = z.infer<typeof deploymentSchema>

/** Parsed, it has no more than was asked for: no status, no owner, no revision. */
export const parsePeerDeployment = (object: unknown): PeerDeployment => deploymentSchema.parse(object)

export const nameOf = ({ metadata }: PeerDeployment): string => metadata.name
export const imageOf = ({ spec }: PeerDeployment): string => spec.template.spec.containers[0]?.image ?? ''

const manifestOf = ({ metadata, spec }: PeerDeployment, image: string) => {
  const containers = spec.template.spec.containers.map((container) => ({ ...container, image }))
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { ...spec, template } }
}

const render = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** A chart of these Deployments whose values are the images. JSON is YAML. */
export const writeChart = async (directory: string, deployments: readonly PeerDeployment[]): Promise<void> => {
  await mkdir(join(directory, 'templates'), { recursive: true })
  await writeFile(join(directory, 'Chart.yaml'), render({ apiVersion: 'v2', name: 'shop', version: '1.0.0' }))
  for (const deployment of deployments) {
    const name = nameOf(deployment)
    const manifest = manifestOf(deployment, `{{ index .Values.images \`${name}\` }}`)
    await writeFile(join(directory, 'templates', `${name}.yaml`), render(manifest))
  }
}

export const writeValues = (file: string, images: Images): Promise<void> => writeFile(file, render({ images }))

/** What `kubectl apply --filename` takes: the same objects in one file. */
export const writeManifests = async (
  file: string,
  deployments: readonly PeerDeployment[],
  images: Images,
): Promise<void> => {
  const items = deployments.map((one) => manifestOf(one, images[nameOf(one)] ?? imageOf(one)))
  await writeFile(file, render({ apiVersion: 'v1', kind: 'List', items }))
}
