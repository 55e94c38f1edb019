import { open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contentOf, digestOf, jsonContent } from '../assemble/content.ts'
import { mediaTypes } from '../assemble/oci-schemas.ts'
import {
  type Fault,
  type ScriptedRegistry,
  type SeenRequest,
  startScriptedRegistry,
} from '../testing/scripted-registry.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { createRegistryClient } from './registry-client.ts'
import type { RegistryClient } from './registry-types.ts'

const quick = { attempts: 4, firstDelayMilliseconds: 1, longestDelayMilliseconds: 20 }
const password: Credentials = { kind: 'password', username: 'ann', password: 'canary-of-a-password' }
const layer = contentOf(mediaTypes.layer, Buffer.from('x'.repeat(300_000)))
const manifest = jsonContent(mediaTypes.manifest, { schemaVersion: 2, layers: [layer.descriptor] })
const upload = {
  repository: 'shop',
  descriptor: layer.descriptor,
  open: async () => new Blob([new Uint8Array(layer.bytes)]),
  mountFrom: null,
}

let signal = new AbortController().signal
beforeEach(() => {
  signal = AbortSignal.timeout(20_000)
})

const running: ScriptedRegistry[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.close()))
})

const start = async (
  script: (request: SeenRequest, registry: () => ScriptedRegistry) => Fault | null = () => null,
  credentials: CredentialSource = async () => null,
): Promise<{ registry: ScriptedRegistry; client: RegistryClient }> => {
  const registry: ScriptedRegistry = await startScriptedRegistry((request) => script(request, () => registry))
  running.push(registry)
  return {
    registry,
    client: createRegistryClient({ host: registry.host, credentials, retry: quick, environment: 'staging' }),
  }
}

/** The fault for the first so many requests that match. */
const times = (count: number, matches: (request: SeenRequest) => boolean, fault: Fault) => {
  let left = count
  return (request: SeenRequest): Fault | null => {
    if (!matches(request) || left === 0) return null
    left -= 1
    return fault
  }
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

test('a blob is sent, is then present, and its bytes are counted', async () => {
  const { registry, client } = await start()
  expect(await client.uploadBlob(upload, signal)).toBe('uploaded')
  expect(await client.uploadBlob(upload, signal)).toBe('present')
  expect(registry.blobs.get(`shop@${layer.descriptor.digest}`)?.equals(layer.bytes)).toBe(true)
  expect(client.bytesSent()).toBe(300_000)
})

test('a blob of another repository is mounted and not sent', async () => {
  const { registry, client } = await start()
  registry.blobs.set(`base@${layer.descriptor.digest}`, layer.bytes)
  expect(await client.uploadBlob({ ...upload, mountFrom: 'base' }, signal)).toBe('mounted')
  expect(client.bytesSent()).toBe(0)
})

test('a registry that answers a mount with an upload gets the blob', async () => {
  const { registry, client } = await start()
  expect(await client.uploadBlob({ ...upload, mountFrom: 'base' }, signal)).toBe('uploaded')
  expect(registry.asked().filter((asked) => asked.startsWith('POST'))).toHaveLength(1)
})

test('an upload whose connection broke goes on where it stopped', async () => {
  const broken = times(1, ({ method }) => method === 'PATCH', { breakAfterBytes: 65_536 })
  const { registry, client } = await start(broken)
  expect(await client.uploadBlob(upload, signal)).toBe('uploaded')
  expect(registry.blobs.get(`shop@${layer.descriptor.digest}`)?.equals(layer.bytes)).toBe(true)
  const ranges = registry.seen.filter(({ method }) => method === 'PATCH').map(({ contentRange }) => contentRange)
  expect(ranges).toEqual([null, '65536-299999'])
})

test('an upload that the registry has forgotten begins anew', async () => {
  const broken = times(1, ({ method }) => method === 'PATCH', { breakAfterBytes: 65_536 })
  const forgotten = times(1, ({ method, path }) => method === 'GET' && path.includes('uploads'), { status: 404 })
  const { registry, client } = await start((request) => broken(request) ?? forgotten(request))
  expect(await client.uploadBlob(upload, signal)).toBe('uploaded')
  expect(registry.asked().filter((asked) => asked.startsWith('POST'))).toHaveLength(2)
})

test('a connection that always breaks ends in a refusal that names the registry', async () => {
  const { registry, client } = await start(times(99, ({ method }) => method === 'PATCH', { breakAfterBytes: 10 }))
  const error = await failureOf(client.uploadBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', outcome: 'refused' })
  expect(String(error)).toContain(registry.host)
})

test('429 and 503 are waited out, for as long as the registry asks within bounds', async () => {
  const throttled = times(1, () => true, { status: 429, headers: { 'retry-after': '3600' } })
  const unwell = times(2, () => true, { status: 503 })
  const { client } = await start((request) => throttled(request) ?? unwell(request))
  expect(await client.hasBlob(upload, signal)).toBe(false)
})

test('a registry that stays unwell is refused with what it answered', async () => {
  const { client } = await start(() => ({ status: 503 }))
  const error = await failureOf(client.fetchManifest({ repository: 'shop', reference: 'v1' }, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_REFUSED', outcome: 'refused' })
  expect(await failureOf(client.hasBlob(upload, signal))).toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('a registry that is not there is unreachable', async () => {
  const { registry, client } = await start()
  await registry.close()
  const error = await failureOf(client.hasBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', outcome: 'refused' })
  expect(error).toHaveProperty('why.0', expect.stringContaining('ECONNREFUSED'))
})

test('an interrupt ends the waiting at once', async () => {
  const { client } = await start(() => ({ status: 503, headers: { 'retry-after': '1' } }))
  const stop = new AbortController()
  const work = failureOf(client.hasBlob(upload, stop.signal))
  stop.abort()
  expect(await work).toMatchObject({ code: 'INTERRUPTED' })
})

test('a manifest is put under its tag and read back', async () => {
  const { registry, client } = await start()
  await client.putManifest({ repository: 'shop', reference: 'b-1', content: manifest }, signal)
  await client.putManifest({ repository: 'shop', reference: 'b-1', content: manifest }, signal)
  expect(registry.asked().filter((asked) => asked.startsWith('PUT'))).toHaveLength(1)
  expect(await client.findManifest({ repository: 'shop', reference: 'b-1' }, signal)).toEqual(manifest.descriptor)
  expect(await client.fetchManifest({ repository: 'shop', reference: 'b-1' }, signal)).toEqual(manifest)
})

test('a tag that names another image is never moved', async () => {
  const { registry, client } = await start()
  registry.manifests.set('shop:b-1', { mediaType: mediaTypes.manifest, bytes: Buffer.from('{"other":true}') })
  const error = await failureOf(client.putManifest({ repository: 'shop', reference: 'b-1', content: manifest }, signal))
  expect(error).toMatchObject({ code: 'IMAGE_TAG_TAKEN', outcome: 'refused' })
  expect(registry.asked().some((asked) => asked.startsWith('PUT'))).toBe(false)
})

test('a tag that somebody takes in the same moment is seen too', async () => {
  const { client } = await start(({ method }, registry) => {
    if (method !== 'PUT') return null
    registry().manifests.set('shop:b-1', { mediaType: mediaTypes.manifest, bytes: Buffer.from('{"other":true}') })
    return { status: 400, body: '{"errors":[{"code":"TAG_INVALID","message":"immutable"}]}' }
  })
  const place = { repository: 'shop', reference: 'b-1' }
  const error = await failureOf(client.putManifest({ ...place, content: manifest }, signal))
  expect(error).toMatchObject({ code: 'IMAGE_TAG_TAKEN' })
})

test('a manifest that comes back as something else is damaged', async () => {
  const { client } = await start(({ method, path }) =>
    method === 'GET' && path.includes('/manifests/') ? { status: 200, body: '{"tampered":true}' } : null,
  )
  const place = { repository: 'shop', reference: 'b-1' }
  const error = await failureOf(client.putManifest({ ...place, content: manifest }, signal))
  expect(error).toMatchObject({ code: 'IMAGE_DAMAGED', outcome: 'refused' })
})

test('a blob that is not what its digest says is damaged', async () => {
  const { registry, client } = await start()
  registry.blobs.set(`shop@${layer.descriptor.digest}`, Buffer.from('something else'))
  expect(await failureOf(client.fetchBlob(upload, signal))).toMatchObject({ code: 'IMAGE_DAMAGED' })
})

test('a repository that does not exist is refused with the command that makes it', async () => {
  const { client } = await start(({ method }) =>
    method === 'POST' ? { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN","message":"not there"}]}' } : null,
  )
  const error = await failureOf(client.uploadBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REPOSITORY_MISSING', outcome: 'refused' })
  expect(error).toHaveProperty('fix.0', expect.stringContaining('infra up'))
})

test('a download whose connection broke goes on where it stopped', async () => {
  const broken = times(1, ({ method }) => method === 'GET', { breakAfterBytes: 1000 })
  const { registry, client } = await start(broken)
  registry.blobs.set(`shop@${layer.descriptor.digest}`, layer.bytes)
  const path = join(tmpdir(), `shopctl-blob-${process.pid}`)
  const file = await open(path, 'w+')
  try {
    await client.downloadBlob({ ...upload, file }, signal)
    expect(digestOf(await readFile(path))).toBe(layer.descriptor.digest)
    expect(registry.seen.at(-1)?.contentRange).toBe('bytes=1000-')
  } finally {
    await file.close()
    await rm(path)
  }
})

const realm = (registry: ScriptedRegistry) => ({
  'www-authenticate': `Bearer realm="http://${registry.host}/token",service="shop registry"`,
})

test('a token is fetched with the password for what is asked, and the password goes nowhere else', async () => {
  const { registry, client } = await start(
    ({ path, authorization }, self) => {
      if (path.startsWith('/token')) return { status: 200, body: '{"token":"t1"}' }
      return authorization === 'Bearer t1' ? null : { status: 401, headers: realm(self()) }
    },
    async () => password,
  )
  await client.uploadBlob({ ...upload, mountFrom: 'base' }, signal)
  const token = registry.seen.filter(({ path }) => path.startsWith('/token')).at(-1)
  const query = new URL(token?.path ?? '', 'http://x').searchParams
  expect(query.get('service')).toBe('shop registry')
  expect(query.getAll('scope')).toEqual(['repository:shop:pull,push', 'repository:base:pull'])
  expect(token?.authorization).toBe(`Basic ${Buffer.from('ann:canary-of-a-password').toString('base64')}`)
  const others = registry.seen.filter(({ path }) => !path.startsWith('/token'))
  expect(others.every(({ authorization }) => authorization === null || authorization === 'Bearer t1')).toBe(true)
})

test('a token that has run out in the middle is fetched again', async () => {
  let served = 0
  let token = 0
  const { client } = await start(
    ({ path, authorization }, self) => {
      if (path.startsWith('/token')) {
        token += 1
        return { status: 200, body: `{"access_token":"t${token}"}` }
      }
      if (authorization !== `Bearer t${token}`) return { status: 401, headers: realm(self()) }
      served += 1
      if (served % 3 === 0) token += 1
      return null
    },
    async () => password,
  )
  expect(await client.uploadBlob(upload, signal)).toBe('uploaded')
})

test('an identity token is handed in as a refresh token', async () => {
  const { registry, client } = await start(
    ({ method, path, authorization }, self) => {
      if (path.startsWith('/token')) return { status: method === 'POST' ? 200 : 400, body: '{"token":"t1"}' }
      return authorization === 'Bearer t1' ? null : { status: 401, headers: realm(self()) }
    },
    async () => ({ kind: 'identity-token', token: 'canary-of-a-token' }),
  )
  expect(await client.hasBlob(upload, signal)).toBe(false)
  expect(registry.asked().some((asked) => asked.includes('canary'))).toBe(false)
})

test('basic authentication sends the password to the registry itself', async () => {
  const { client } = await start(
    ({ authorization }) =>
      authorization === null ? { status: 401, headers: { 'www-authenticate': 'Basic realm="here"' } } : null,
    async () => password,
  )
  expect(await client.uploadBlob(upload, signal)).toBe('uploaded')
})

test('a login that is not taken is refused, with what to type and without the password', async () => {
  const { registry, client } = await start(
    () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="here"' }, body: 'ann:canary-of-a-password' }),
    async () => password,
  )
  const error = await failureOf(client.hasBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_LOGIN', outcome: 'refused', fix: [`docker login ${registry.host}`] })
  expect(JSON.stringify(error) + String(error)).not.toContain('canary')
})

test('a token server that repeats the password in its refusal does not bring it onto the screen', async () => {
  const { client } = await start(
    ({ path, authorization }, self) =>
      path.startsWith('/token')
        ? { status: 403, body: `no: ${authorization} canary-of-a-password` }
        : { status: 401, headers: realm(self()) },
    async () => password,
  )
  const error = await failureOf(client.hasBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_LOGIN' })
  expect(JSON.stringify(error)).not.toContain('canary')
  expect(JSON.stringify(error)).not.toContain(Buffer.from('ann:canary-of-a-password').toString('base64'))
})

test('no password is sent to a token server over plain HTTP', async () => {
  const elsewhere = { 'www-authenticate': 'Bearer realm="http://token.test/token"' }
  const { client } = await start(
    () => ({ status: 401, headers: elsewhere }),
    async () => password,
  )
  const error = await failureOf(client.hasBlob(upload, signal))
  expect(error).toMatchObject({ code: 'REGISTRY_LOGIN' })
  expect(error).toHaveProperty('why.0', expect.stringContaining('not https'))
})
