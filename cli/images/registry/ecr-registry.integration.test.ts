import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentOf, jsonContent } from '../assemble/content.ts'
import { mediaTypes } from '../assemble/oci-schemas.ts'
import { isEcrHost, requireEcrRepositories } from './ecr-registry.ts'
import { openRegistries } from './open-registries.ts'

const endpoint = process.env.AWS_ENDPOINT_URL ?? ''
const isThere = endpoint !== ''

test.each([
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', true],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', true],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', true],
  ['public.ecr.aws', false],
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.test', false],
  ['localhost:5000', false],
])('%s is of ECR: %s', (host, expected) => {
  expect(isEcrHost(host, {})).toBe(expected)
})

test('the address of an emulator is of ECR', () => {
  expect(isEcrHost('127.0.0.1:4566', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toBe(true)
  expect(isEcrHost('127.0.0.1:5000', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toBe(false)
})

describe.skipIf(!isThere)(isThere ? 'ECR' : 'ECR (skipped: no AWS_ENDPOINT_URL)', () => {
  const host = URL.parse(endpoint)?.host ?? ''
  const repository = `shopctl-test-${process.pid}`
  const signal = () => AbortSignal.timeout(20_000)
  const layer = contentOf(mediaTypes.layer, Buffer.from(`a layer of ${process.pid}`))
  const config = contentOf(mediaTypes.config, Buffer.from('{"architecture":"amd64","os":"linux"}'))
  const manifest = (label: string) =>
    jsonContent(mediaTypes.manifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: config.descriptor,
      layers: [layer.descriptor],
      annotations: { label },
    })

  beforeAll(async () => {
    const { CreateRepositoryCommand, ECRClient } = await import('@aws-sdk/client-ecr')
    const request = { repositoryName: repository, imageTagMutability: 'IMMUTABLE' } as const
    await new ECRClient({}).send(new CreateRepositoryCommand(request))
  })
  afterAll(async () => {
    const { DeleteRepositoryCommand, ECRClient } = await import('@aws-sdk/client-ecr')
    await new ECRClient({}).send(new DeleteRepositoryCommand({ repositoryName: repository, force: true }))
  })

  test('an image is pushed with the login of AWS, and its tag is not moved', async () => {
    const client = openRegistries({ environment: 'staging', variables: process.env })(host)
    for (const { descriptor, bytes } of [layer, config]) {
      const open = async () => new Blob([new Uint8Array(bytes)])
      expect(await client.uploadBlob({ repository, descriptor, open, mountFrom: null }, signal())).toBe('uploaded')
    }
    const place = { repository, reference: 'b-1' }
    await client.putManifest({ ...place, content: manifest('first') }, signal())
    expect(await client.findManifest(place, signal())).toMatchObject({ digest: manifest('first').descriptor.digest })
    await expect(client.putManifest({ ...place, content: manifest('second') }, signal())).rejects.toMatchObject({
      code: 'IMAGE_TAG_TAKEN',
    })
  })

  test('a repository that is not there is refused before anything is built, with the command that makes it', async () => {
    await requireEcrRepositories({ host, repositories: [repository], environment: 'staging' }, signal())
    const repositories = [repository, 'never-made']
    const work = requireEcrRepositories({ host, repositories, environment: 'staging' }, signal())
    await expect(work).rejects.toMatchObject({
      code: 'REPOSITORY_MISSING',
      outcome: 'refused',
      fix: [expect.stringMatching(/ infra up --env staging$/)],
    })
    await expect(work).rejects.toThrow(/never-made does not exist/)
  })

  test('a push to it is refused too', async () => {
    const client = openRegistries({ environment: 'staging', variables: process.env })(host)
    const open = async () => new Blob([new Uint8Array(layer.bytes)])
    const upload = { repository: 'never-made', descriptor: layer.descriptor, open, mountFrom: null }
    await expect(client.uploadBlob(upload, signal())).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' })
  })
})
