import { join } from 'node:path'
import { workload, workloadNames } from '../../../manifests/workload.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { baseImageName } from '../../images/base-image.ts'
import { type BuiltImage, type BuiltImages, buildImages } from '../../images/build-images.ts'
import { loadImage } from '../../images/engine/load-image.ts'
import { openLocalEngine } from '../../images/engine/local-engine.ts'
import { fetchLayout } from '../../images/fetch-layout.ts'
import { parseImageReference, parseRegistryPlace } from '../../images/image-reference.ts'
import type { PushableImage } from '../../images/push-images.ts'
import { readSourceFacts } from '../../images/read-source-facts.ts'
import { openRegistries } from '../../images/registry/open-registries.ts'
import { refuseUnscanned } from '../../images/scan/refuse-unscanned.ts'
import { scanImages } from '../../images/scan/scan-images.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { ScanRecord } from '../../releases/scan-record.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { Finding } from '../finding.ts'
import type { Artifact, ServiceSet, Work } from '../platform.ts'
import { stateRoot } from '../state-root.ts'
import { bootBuilt } from './boot-built.ts'
import { type ImageDestination, imageWay } from './image-destination.ts'
import { kindDestination } from './kind-destination.ts'
import type { KubeClient } from './kube-client.ts'
import { recordedDeployments } from './recorded-objects.ts'
import { registryDestination } from './registry-destination.ts'
import { findReleasedImages, type ReleasedImage } from './released-images.ts'

export type ImageStorePlace = {
  readonly client: Pick<KubeClient, 'server'>
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly warn: (message: string) => void
}

/** The images of one environment: made here, scanned here, kept where its nodes take them from. */
export type ImageStore = {
  build(services: readonly string[], work: Work): Promise<readonly Artifact[]>
  scan(artifacts: readonly Artifact[], work: Work): Promise<readonly ScanRecord[]>
  push(artifacts: readonly Artifact[], work: Work): Promise<void>
  /** What a release of another environment runs. Throws IMAGES_NOT_THERE (refused). */
  findReleased(release: ReleaseRecord, work: Work): Promise<readonly Artifact[]>
  /** Brings what `findReleased` found to where the nodes here take images from. */
  copyReleased(artifacts: readonly Artifact[], work: Work): Promise<void>
  /** Puts what was built into the local container engine, and answers the names that it has there. */
  load(artifacts: readonly Artifact[], work: Work): Promise<readonly string[]>
  /** One sentence for each image that is no longer there. */
  missing(services: ServiceSet, signal: AbortSignal): Promise<readonly string[]>
  /** Whether there is a place for images, for `doctor`. */
  finding(signal: AbortSignal): Promise<Finding>
  /** `registry/repository@sha256:…` of a service's image. */
  referenceOf(service: string, digest: string): string
}

const repositoryOf = (environment: EnvironmentFacts, service: string): string => {
  const name = workloadNames(environment).find((each) => each === service)
  if (name === undefined) throw new Error(`${service} is not released in ${environment.name}`)
  return workload(name).longName
}

const engineMissing = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'ENGINE_MISSING',
    outcome: 'refused',
    what: 'There is no container engine here to load the images into; they are built.',
    why: [why],
    fix: ['docker info'],
  })

type Registries = ReturnType<typeof openRegistries>

/** The edge has no database: there is nothing to migrate. */
const migrationsHashOf = ({ service, migrationsHash }: BuiltImage): string => (service === 'edge' ? '' : migrationsHash)

const artifactOf = (image: BuiltImage): Artifact => ({
  service: image.service,
  digest: image.digest,
  bytes: image.compressedBytes,
  migrationsHash: migrationsHashOf(image),
  cached: image.cached,
  image: {
    reference: image.reference,
    platforms: image.platforms,
    compressedBytes: image.compressedBytes,
    present: image.present,
  },
})

const openDestination = (
  place: ImageStorePlace,
  means: { readonly registries: Registries; readonly layouts: string },
): ImageDestination => {
  const { client, facts, variables, warn } = place
  const environment = place.environment.name
  const chosen = imageWay(facts.registry, variables.SHOPCTL_REGISTRY)
  if (chosen.way === 'kind-nodes') {
    return kindDestination({ environment, server: client.server, layouts: means.layouts, warn })
  }
  const repositories = facts.registry.kind === 'ecr' && !variables.SHOPCTL_REGISTRY ? 'made-before' : 'made-by-push'
  return registryDestination({ ...chosen, environment, repositories, registries: means.registries })
}

export const createImageStore = (place: ImageStorePlace): ImageStore => {
  const { environment, facts, repository, variables, warn } = place
  const root = stateRoot({ repository, variables })
  const registries = openRegistries({ variables, environment: environment.name })
  const directories = {
    bundles: join(root, 'bundles'),
    cache: join(root, 'cache'),
    layouts: join(root, 'images'),
  }
  const destination = openDestination(place, { registries, layouts: directories.layouts })
  let built: BuiltImages | null = null
  let released: readonly ReleasedImage[] = []

  const referenceOf = (service: string, digest: string): string =>
    `${destination.registry}/${repositoryOf(environment, service)}@${digest}`
  const below = (repository: string): string => `${parseRegistryPlace(destination.registry).prefix}${repository}`
  const imagesOf = (artifacts: readonly Artifact[]): readonly PushableImage[] => {
    const digests = new Set(artifacts.map(({ digest }) => digest))
    const known = [...(built?.images ?? []), ...released.map(({ image }) => image)]
    return known.filter(({ digest }) => digests.has(digest))
  }
  const request = (services: readonly string[]) => {
    const sources = services.map((service) => ({ service, repository: repositoryOf(environment, service) }))
    const { registry, lookUp } = destination
    return { services: sources, registry, lookUp, base: baseImageName(variables), root: repository }
  }
  const withLayout = async (image: PushableImage, signal: AbortSignal) => {
    if (image.layoutDirectory !== null) return { ...image, layoutDirectory: image.layoutDirectory }
    const { digest } = image
    const { host, repository: name } = parseImageReference(image.reference)
    const client = registries(host)
    const layoutDirectory = await fetchLayout({ client, repository: name, digest, directories }, signal)
    return { ...image, layoutDirectory }
  }
  const sayOf =
    ({ say }: Work) =>
    (service: string, message: string) =>
      say(`${service}: ${message}`)

  return {
    async build(services, work) {
      const { signal } = work
      const wanted = request(services)
      await destination.requirePlace(
        wanted.services.map((source) => source.repository),
        signal,
      )
      const sourceFacts = await readSourceFacts(repository, { run: runTool, signal })
      const means = { ...wanted, directories, facts: sourceFacts, registries, say: sayOf(work) }
      built = await buildImages(means, signal)
      await bootBuilt(built.images, destination, work)
      return built.images.map(artifactOf)
    },

    async scan(artifacts, { signal }) {
      const images = await Promise.all(imagesOf(artifacts).map((image) => withLayout(image, signal)))
      const records = await scanImages(images, {
        environment: environment.name,
        requirement: facts.scan,
        runTool,
        reportsDirectory: join(repository, 'reports'),
        cacheDirectory: join(root, 'scan'),
        waiversFile: join(repository, '.trivyignore.yaml'),
        variables,
        now: () => new Date(),
        say: ({ message }) => warn(message),
        signal,
      })
      refuseUnscanned(records, facts.scan)
      return records
    },

    async load(artifacts, work) {
      const engine = await openLocalEngine()
      if ('none' in engine) throw engineMissing(engine.none)
      const loading = imagesOf(artifacts).map(async (image) => {
        const { layoutDirectory } = await withLayout(image, work.signal)
        const name = `${image.repository}:${image.tag}`
        work.say(name)
        const loaded = await loadImage(engine, { request: { layoutDirectory, names: [name] }, signal: work.signal })
        if (loaded === 'loaded') return [name]
        warn(`${name} is not for ${engine.architecture}, which the container engine here runs; it was not loaded.`)
        return []
      })
      return (await Promise.all(loading)).flat()
    },

    async push(artifacts, work) {
      if (built === null) return
      await destination.push({ ...built, images: imagesOf(artifacts) }, work)
    },

    async findReleased(release, work) {
      const services = workloadNames(environment)
      const where = { environment: environment.name, services, registries, referenceOf }
      const place = { ...where, repositoryOf: (service: string) => below(repositoryOf(environment, service)) }
      released = await findReleasedImages(release, place, work)
      const artifacts = released.map(({ artifact }) => artifact)
      const elsewhere = artifacts.filter(({ image }) => image?.present === 'elsewhere')
      const repositories = elsewhere.map(({ service }) => repositoryOf(environment, service))
      if (repositories.length > 0) await destination.requirePlace(repositories, work.signal)
      return artifacts
    },

    async copyReleased(artifacts, work) {
      const images = await Promise.all(imagesOf(artifacts).map((image) => withLayout(image, work.signal)))
      const [first] = images
      if (first === undefined) return
      const here = images.map((image) => ({ ...image, reference: referenceOf(image.service, image.digest) }))
      // In the same registry their layers are mounted from where they are.
      await destination.push({ base: { name: first.reference }, images: here }, work)
    },

    missing(services, signal) {
      // Where the record says: where images come from today says nothing of where those of then are.
      const images = recordedDeployments({ services }).flatMap(({ service, image }) => {
        const digest = services[service]?.digest
        return digest === undefined ? [] : [{ service, digest, reference: image.replace(/@.*$/, `@${digest}`) }]
      })
      return destination.missing(images, signal)
    },

    finding: (signal) => destination.finding(repositoryOf(environment, 'users'), signal),

    referenceOf,
  }
}
