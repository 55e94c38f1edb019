import { isDeepStrictEqual } from 'node:util'
import type { BaseImage, BasePlatform } from './base-image-facts.ts'
import { type BundleLayer, bundlePath } from './bundle-layer.ts'
import type { ImageConfig } from './oci-schemas.ts'

/** What is known of the source when its image is first built. An image says it; it does not decide what runs. */
export type SourceFacts = {
  /** The whole commit hash, or `unknown` without git. */
  readonly revision: string
  /** The commit's time, ISO 8601 in UTC. */
  readonly createdAt: string
  /** Address of the repository; empty where it has none. */
  readonly source: string
  readonly version: string
}

export type ImageFacts = SourceFacts & { readonly title: string; readonly bundleDigest: string }

/** Added to the base's environment; what differs between environments comes from the manifests. */
const environment = ['NODE_ENV=production'] as const

export const imageUser = '65532:65532'

const nameOf = (variable: string): string => variable.split('=', 1)[0] ?? variable

const withOwnEnvironment = (base: readonly string[]): readonly string[] => {
  const own: readonly string[] = environment.map(nameOf)
  return [...base.filter((variable) => !own.includes(nameOf(variable))), ...environment]
}

/** The OCI annotation keys, as labels of the config and as annotations of the manifests. */
export const imageLabels = (facts: ImageFacts, base: BaseImage): Readonly<Record<string, string>> => ({
  'org.opencontainers.image.base.digest': base.digest,
  'org.opencontainers.image.base.name': base.name,
  'org.opencontainers.image.created': facts.createdAt,
  'org.opencontainers.image.revision': facts.revision,
  ...(facts.source === '' ? {} : { 'org.opencontainers.image.source': facts.source }),
  'org.opencontainers.image.title': facts.title,
  'org.opencontainers.image.version': facts.version,
  'shopctl.bundle.digest': facts.bundleDigest,
})

export type ImageParts = { readonly base: BaseImage; readonly layer: BundleLayer; readonly facts: ImageFacts }

/**
 * How the image runs on one platform. The entrypoint is the base's own (`/nodejs/bin/node`) and the bundle's path is the
 * first argument, so that a Job says `args: ["/app/bundle.mjs", "migrate"]` and need not know where Node is.
 */
export const imageConfig = (platform: BasePlatform, { base, layer, facts }: ImageParts): ImageConfig => {
  const { os, architecture, variant, rootfs, history, config } = platform.config
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    created: facts.createdAt,
    config: {
      User: imageUser,
      Env: [...withOwnEnvironment(config?.Env ?? [])],
      Entrypoint: [...platform.entrypoint],
      Cmd: [bundlePath],
      WorkingDir: '/app',
      Labels: { ...imageLabels(facts, base) },
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, layer.diffId] },
    history: [...(history ?? []), { created: facts.createdAt, created_by: 'shopctl build', comment: facts.title }],
  }
}

const withoutFacts = ({ architecture, os, variant, rootfs, config }: ImageConfig): object => {
  const { Labels: _said, ...runs } = config ?? {}
  return { architecture, os, variant, rootfs, runs }
}

/** Whether two images run the same thing: everything is equal but what they say about where they came from. */
export const runTheSame = (one: ImageConfig, other: ImageConfig): boolean =>
  isDeepStrictEqual(withoutFacts(one), withoutFacts(other))
