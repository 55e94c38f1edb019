import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { environmentManifests, placeholderImage } from '../../manifests/environment-manifests.ts'
import { foundationImages } from '../../manifests/foundation-images.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { renderYaml } from '../../manifests/render-yaml.ts'
import { type WorkloadName, workloadNames } from '../../manifests/workload.ts'
import { type EnvironmentFacts, environmentNames, environments } from '../../stacks/environments.ts'
import { hasErrorCode } from '../errors/has-error-code.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'

export type RenderManifestsRequest = {
  readonly environment: EnvironmentFacts
  readonly images: Readonly<Partial<Record<WorkloadName, string>>>
  /** Where `<environment>.yaml` is written; null writes nothing. */
  readonly directory: string | null
  readonly variables: Readonly<Record<string, string | undefined>>
}

export type RenderedManifests = {
  readonly environment: string
  readonly objects: readonly KubernetesObject[]
  readonly yaml: string
  /** Workloads whose image nobody named: the YAML has one there that no registry has. */
  readonly withoutImage: readonly WorkloadName[]
  readonly file: string | null
}

const onKubernetes = environmentNames.filter((name) => environments[name].kubernetes !== null)

const noCluster = ({ name }: EnvironmentFacts): ShopctlError =>
  new ShopctlError({
    code: 'NOT_ON_KUBERNETES',
    outcome: 'refused',
    what: `${name} does not run on Kubernetes and has no manifests; nothing was written.`,
    fix: onKubernetes.map((other) => toType(`manifests render --env ${other}`)),
  })

const write = async (directory: string, { name, text }: { name: string; text: string }): Promise<string> => {
  const file = join(directory, `${name}.yaml`)
  try {
    // Not recursive: a slip of the pen must not grow a tree, and below /proc Node never ends.
    await mkdir(directory).catch((error: unknown) => {
      if (!hasErrorCode(error, 'EEXIST')) throw error
    })
    await writeFile(file, text)
  } catch (cause) {
    throw new ShopctlError({
      code: 'OUTPUT_NOT_WRITABLE',
      outcome: 'refused',
      what: `${file} cannot be written.`,
      why: [cause instanceof Error ? cause.message : String(cause)],
      cause,
    })
  }
  return file
}

/** Says on the first lines what whoever applies this would otherwise learn from pods that do not start. */
const preface = (environment: string, withoutImage: readonly WorkloadName[]): string =>
  [
    `# ${environment}, without its Secrets: their values are in no file, and their names end with a hash of their content.`,
    ...(withoutImage.length === 0
      ? []
      : [
          `# No image was named for ${withoutImage.join(', ')}: ${placeholderImage('users').split('/')[0]} is in its place.`,
        ]),
    '',
  ].join('\n')

/** Every object of an environment as YAML. Asks no cluster and no registry. */
export const renderManifests = async (request: RenderManifestsRequest): Promise<RenderedManifests> => {
  const { environment, images, directory, variables } = request
  if (environment.kubernetes === null) throw noCluster(environment)
  const objects = environmentManifests({
    environment,
    namespace: environment.kubernetes.namespace,
    version: 'unreleased',
    images,
    foundationImages: foundationImages(variables),
  })
  const withoutImage = workloadNames(environment).filter((name) => images[name] === undefined)
  const yaml = `${preface(environment.name, withoutImage)}${renderYaml(objects)}`
  const file = directory === null ? null : await write(directory, { name: environment.name, text: yaml })
  return { environment: environment.name, objects, yaml, withoutImage, file }
}
