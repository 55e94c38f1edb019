import { join } from 'node:path'
import { workload, workloadNames } from '../../../manifests/workload.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { baseImageName } from '../../images/base-image.ts'
import { type BuiltImage, type BuiltImages, buildImages } from '../../images/build-images.ts'
import { checkBoot } from '../../images/engine/boot-check.ts'
import { loadImage } from '../../images/engine/load-image.ts'
import { openLocalEngine } from '../../images/engine/local-engine.ts'
import { fetchLayout } from '../../images/fetch-layout.ts'
import { parseImageReference, parseRegistryPlace } from '../../images/image-reference.ts'
import { pushImages } from '../../images/push-images.ts'
import { readSourceFacts } from '../../images/read-source-facts.ts'
import { requireEcrRepositories } from '../../images/registry/ecr-registry.ts'
import { openRegistries } from '../../images/registry/open-registries.ts'
import { refuseUnscanned } from '../../images/scan/refuse-unscanned.ts'
import { scanImages } from '../../images/scan/scan-images.ts'
import type { ScanRecord } from '../../releases/scan-record.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { Finding } from '../finding.ts'
import type { Artifact, ServiceSet, Work } from '../platform.ts'
import { stateRoot } from '../state-root.ts'

export type ImageStorePlace = {
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly warn: (message: string) => void
}

/** The images of one environment: made here, scanned here, kept in its registry. */
export type ImageStore = {
  build(services: readonly string[], work: Work): Promise<readonly Artifact[]>
  scan(artifacts: readonly Artifact[], work: Work): Promise<readonly ScanRecord[]>
  push(artifacts: readonly Artifact[], work: Work): Promise<void>
  /** Puts what was built into the local container engine, and answers the names that it has there. */
  load(artifacts: readonly Artifact[], work: Work): Promise<readonly string[]>
  /** One sentence for each image that the registry no longer has. */
  missing(services: ServiceSet, signal: AbortSignal): Promise<readonly string[]>
  /** Whether the registry is there for whoever asks, for `doctor`. */
  finding(signal: AbortSignal): Promise<Finding>
  /** `registry/repository@sha256:…` of a service's image. */
  referenceOf(service: string, digest: string): string
}

const registryMissing = (environment: string): ShopctlError =>
  new ShopctlError({
    code: 'REGISTRY_NOT_NAMED',
    outcome: 'refused',
    what: `${environment} needs a registry that its cluster can pull from, and none is named; nothing was changed.`,
    why: ['SHOPCTL_REGISTRY is not set; with kind, a registry container on localhost does it (see the README)'],
    fix: ['export SHOPCTL_REGISTRY=localhost:5000', toType(`doctor --env ${environment}`)],
  })

const registryOf = ({ environment, facts, variables }: ImageStorePlace): string => {
  const { registry } = facts
  if (variables.SHOPCTL_REGISTRY) return variables.SHOPCTL_REGISTRY
  if (registry.kind === 'ecr') return `${registry.account}.dkr.ecr.${registry.region}.amazonaws.com`
  throw registryMissing(environment.name)
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

const bootSeconds = 20

/** The edge needs no settings to answer; a service says at once which it lacks. */
const healthOf = (service: string) => {
  if (service !== 'edge') return null
  const { port, probes } = workload('edge')
  return { port, path: probes.alive }
}

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

export const createImageStore = (place: ImageStorePlace): ImageStore => {
  const { environment, facts, repository, variables, warn } = place
  const root = stateRoot({ repository, variables })
  const registries = openRegistries({ variables, environment: environment.name })
  const directories = {
    bundles: join(root, 'bundles'),
    cache: join(root, 'cache'),
    layouts: join(root, 'images'),
  }
  let built: BuiltImages | null = null

  const imagesOf = (artifacts: readonly Artifact[]): readonly BuiltImage[] => {
    const digests = new Set(artifacts.map(({ digest }) => digest))
    return (built?.images ?? []).filter(({ digest }) => digests.has(digest))
  }
  const request = (services: readonly string[]) => {
    const sources = services.map((service) => ({ service, repository: repositoryOf(environment, service) }))
    return { services: sources, registry: registryOf(place), base: baseImageName(variables), root: repository }
  }
  const withLayout = async (image: BuiltImage, signal: AbortSignal) => {
    const { service, digest, layoutDirectory } = image
    if (layoutDirectory !== null) return { service, digest, layoutDirectory }
    const { host, repository: name } = parseImageReference(image.reference)
    const client = registries(host)
    return {
      service,
      digest,
      layoutDirectory: await fetchLayout({ client, repository: name, digest, directories }, signal),
    }
  }
  /** What the registry has was started before it was pushed. */
  const bootBuilt = async (images: readonly BuiltImage[], { say, signal }: Work): Promise<void> => {
    const fresh = images.flatMap(({ service, layoutDirectory }) =>
      layoutDirectory === null ? [] : [{ service, layoutDirectory }],
    )
    if (fresh.length === 0) return
    const engine = await openLocalEngine()
    await Promise.all(
      fresh.map(async ({ service, layoutDirectory }) => {
        const request = { service, layoutDirectory, health: healthOf(service), timeoutSeconds: bootSeconds }
        const result = await checkBoot(engine, { request, signal })
        say(`${service}: ${result.checked ? 'starts' : `was not started here, ${result.reason}`}`)
      }),
    )
  }
  const sayOf =
    ({ say }: Work) =>
    (service: string, message: string) =>
      say(`${service}: ${message}`)

  return {
    async build(services, work) {
      const { signal } = work
      const wanted = request(services)
      if (facts.registry.kind === 'ecr' && !variables.SHOPCTL_REGISTRY) {
        const repositories = wanted.services.map((source) => source.repository)
        const { name } = environment
        await requireEcrRepositories({ host: wanted.registry, repositories, environment: name }, signal)
      }
      const sourceFacts = await readSourceFacts(repository, { run: runTool, signal })
      const means = { ...wanted, directories, facts: sourceFacts, registries, say: sayOf(work) }
      built = await buildImages(means, signal)
      await bootBuilt(built.images, work)
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
      const { base } = built
      const { registry } = request([])
      await pushImages({ images: imagesOf(artifacts), base, registry, registries, say: sayOf(work) }, work.signal)
    },

    async missing(services, signal) {
      const { registry } = request([])
      const checks = Object.entries(services).map(async ([service, { digest }]) => {
        const reference = `${registry}/${repositoryOf(environment, service)}@${digest}`
        const { host, repository: name } = parseImageReference(reference)
        const found = await registries(host).findManifest({ repository: name, reference: digest }, signal)
        return found === null ? [`${service}: the registry no longer has ${reference}`] : []
      })
      return (await Promise.all(checks)).flat()
    },

    async finding(signal) {
      const name = 'registry'
      try {
        const registry = registryOf(place)
        const { host, prefix } = parseRegistryPlace(registry)
        const repository = `${prefix}${repositoryOf(environment, 'users')}`
        await registries(host).findManifest({ repository, reference: 'latest' }, signal)
        return { name, state: 'fine', found: `${registry} answers`, fix: null }
      } catch (error) {
        if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
        const found = [error.message, ...error.why].join(' ')
        return { name, state: 'missing', found, fix: error.fix[0] ?? null }
      }
    },

    referenceOf: (service, digest) => `${registryOf(place)}/${repositoryOf(environment, service)}@${digest}`,
  }
}
