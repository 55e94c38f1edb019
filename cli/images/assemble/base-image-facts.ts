import type { ImageConfig, ImageManifest, ImagePlatform } from './oci-schemas.ts'

export type BasePlatform = {
  readonly platform: ImagePlatform
  readonly manifest: ImageManifest
  readonly config: ImageConfig
  /** What starts Node in this base, for example `["/nodejs/bin/node"]`. */
  readonly entrypoint: readonly string[]
}

/** A base as it was found: what an image is built on is always a digest, whatever name was given. */
export type BaseImage = {
  /** Host, repository and tag as they were given, without the digest. */
  readonly name: string
  readonly digest: string
  /** Whether the base has one manifest for each platform behind an index, or is itself the only one. */
  readonly shape: 'index' | 'manifest'
  readonly platforms: readonly BasePlatform[]
}
