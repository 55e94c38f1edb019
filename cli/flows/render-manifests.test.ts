import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { renderManifests } from './render-manifests.ts'
import { failureOf } from './testing/failure-of.ts'

const { dev, prod, local } = environments
const image = `registry.example/user-management@sha256:${'a'.repeat(64)}`
const nothingElse = { images: {}, directory: null, variables: {} }

const directories: string[] = []
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

test('an environment without a cluster has no manifests', async () => {
  const failure = await failureOf(renderManifests({ environment: local, ...nothingElse }))
  expect(failure).toMatchObject({ code: 'NOT_ON_KUBERNETES', outcome: 'refused' })
  expect(failure.fix.join()).toContain('manifests render --env dev')
})

test('a place that cannot be written is said with the system’s words', async () => {
  const request = { environment: dev, ...nothingElse, directory: join(tmpdir(), 'no-such-place', 'below') }
  const failure = await failureOf(renderManifests(request))
  expect(failure).toMatchObject({ code: 'OUTPUT_NOT_WRITABLE', outcome: 'refused' })
  expect(failure.why.join()).toContain('ENOENT')
})

test('what nobody named is said on top, and is a name that no registry has', async () => {
  const { yaml, withoutImage, file } = await renderManifests({
    environment: prod,
    ...nothingElse,
    images: { users: image },
  })
  expect(withoutImage).toEqual(['catalog', 'orders'])
  expect(yaml.split('\n')[1]).toContain('No image was named for catalog, orders')
  expect(yaml).toContain(image)
  expect(yaml).not.toContain('registry.invalid/user-management')
  expect(file).toBeNull()
})

test('the same environment gives the same text, on stdout and in a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'manifests-'))
  directories.push(directory)
  const first = await renderManifests({ environment: dev, ...nothingElse })
  const second = await renderManifests({ environment: dev, ...nothingElse, directory })
  expect(second.yaml).toBe(first.yaml)
  expect(second.file).toBe(join(directory, 'dev.yaml'))
  expect(await readFile(join(directory, 'dev.yaml'), 'utf8')).toBe(first.yaml)
})

test('a copy of PostgreSQL or Redis takes the place of the public one', async () => {
  const variables = { SHOPCTL_POSTGRES_IMAGE: 'registry.example/postgres:15' }
  const { yaml } = await renderManifests({ environment: dev, ...nothingElse, variables })
  expect(yaml).toContain('image: registry.example/postgres:15')
  expect(yaml).toContain('image: docker.io/library/redis:7')
})
