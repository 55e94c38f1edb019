import { createHash } from 'node:crypto'
import type { BaseImage, BasePlatform } from '../assemble/base-image-facts.ts'
import type { ImageFacts } from '../assemble/image-config.ts'

const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

export const aBasePlatform = (architecture: string): BasePlatform => ({
  platform: { os: 'linux', architecture },
  entrypoint: ['/nodejs/bin/node'],
  manifest: {
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: digest('config'), size: 10 },
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        digest: digest(`layer of ${architecture}`),
        size: 1000,
      },
    ],
  },
  config: {
    os: 'linux',
    architecture,
    config: { Env: ['PATH=/nodejs/bin', 'NODE_ENV=development'], Entrypoint: ['/nodejs/bin/node'] },
    rootfs: { type: 'layers', diff_ids: [digest(`archive of ${architecture}`)] },
  },
})

export const aBase = (...architectures: readonly string[]): BaseImage => ({
  name: 'registry.test/node:24',
  digest: digest('base'),
  shape: architectures.length > 1 ? 'index' : 'manifest',
  platforms: architectures.map(aBasePlatform),
})

export const someFacts: ImageFacts = {
  revision: '0123456789abcdef0123456789abcdef01234567',
  createdAt: '2026-01-02T03:04:05Z',
  source: 'https://example.test/shop.git',
  version: '1.2.3',
  title: 'user-management',
  bundleDigest: digest('bundle'),
}
