import { expect, test } from 'vitest'
import { builtImages } from './built-images.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { scriptedPlatform } from './testing/scripted-platform.ts'

test('each service that is shipped as an image is named by its digest; a bundle has none', async () => {
  const { platform } = scriptedPlatform({ users: 'a', catalog: 'b', orders: 'c' })
  const reference = `registry.example/user-management@sha256:${'a'.repeat(64)}`
  const image = { reference, platforms: ['linux/amd64'], compressedBytes: 1, present: 'built' as const }
  const { means } = scriptedMeans({
    ...platform,
    async build(services, work) {
      const artifacts = await platform.build(services, work)
      return artifacts.map((artifact) => (artifact.service === 'users' ? { ...artifact, image } : artifact))
    },
  })
  expect(await builtImages(means)).toEqual({ users: reference })
})
