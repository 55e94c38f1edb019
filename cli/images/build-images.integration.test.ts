import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentOf, digestOf, jsonContent } from './assemble/content.ts'
import { mediaTypes } from './assemble/oci-schemas.ts'
import { type BuildImages, buildImages } from './build-images.ts'
import { readLayout } from './oci-layout.ts'
import { pushImages } from './push-images.ts'
import { openRegistries } from './registry/open-registries.ts'
import { type ScriptedRegistry, startScriptedRegistry } from './testing/scripted-registry.ts'

const repository = join(import.meta.dirname, '..', '..')
const quick = { attempts: 3, firstDelayMilliseconds: 1, longestDelayMilliseconds: 20 }
const say = () => undefined

let root = ''
let registry: ScriptedRegistry
let signal = new AbortController().signal

beforeEach(async () => {
  signal = AbortSignal.timeout(25_000)
  root = await mkdtemp(join(tmpdir(), 'shopctl images '))
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  for (const service of ['one', 'two']) await save(service, `process.exit(78) // ${service}`)
  registry = await startScriptedRegistry()
})

afterEach(async () => {
  await registry.close()
  await rm(root, { recursive: true })
})

const save = async (service: string, text: string): Promise<void> => {
  await mkdir(join(root, 'services', service), { recursive: true })
  await writeFile(join(root, 'services', service, 'main.ts'), `export const text = '${text}'\n${text}\n`)
}

/** A base of one layer for each platform, as a registry has it. */
const putBase = (architectures: readonly string[], on = registry): string => {
  const manifests = architectures.map((architecture) => {
    const layer = contentOf(mediaTypes.layer, Buffer.from(`the layer of ${architecture}`.repeat(1000)))
    const config = jsonContent(mediaTypes.config, {
      architecture,
      os: 'linux',
      config: { Env: ['PATH=/nodejs/bin'], Entrypoint: ['/nodejs/bin/node'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(`archive of ${architecture}`)] },
    })
    const manifest = jsonContent(mediaTypes.manifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: config.descriptor,
      layers: [layer.descriptor],
    })
    for (const blob of [layer, config]) on.blobs.set(`base@${blob.descriptor.digest}`, blob.bytes)
    return { manifest, platform: { os: 'linux', architecture } }
  })
  const index = jsonContent(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: manifests.map(({ manifest, platform }) => ({ ...manifest.descriptor, platform })),
  })
  for (const { descriptor, bytes } of [...manifests.map(({ manifest }) => manifest), index]) {
    on.manifests.set(`base:${descriptor.digest}`, { mediaType: descriptor.mediaType, bytes })
  }
  on.manifests.set('base:24', { mediaType: mediaTypes.index, bytes: index.bytes })
  return `${on.host}/base:24`
}

const aRequest = (base: string, home = 'home'): BuildImages => ({
  services: [
    { service: 'one', repository: 'service-one' },
    { service: 'two', repository: 'service-two' },
  ],
  registry: registry.host,
  base,
  root,
  directories: {
    bundles: join(root, home, 'bundles'),
    cache: join(root, home, 'cache'),
    layouts: join(root, home, 'layouts'),
  },
  facts: { revision: 'first', createdAt: '2026-01-02T03:04:05Z', source: '', version: '1' },
  registries: openRegistries({ environment: 'staging', variables: { DOCKER_CONFIG: root }, retry: quick }),
  say,
})

const later = (request: BuildImages): BuildImages => ({
  ...request,
  facts: { ...request.facts, revision: 'second', createdAt: '2026-02-03T04:05:06Z' },
})

const digestsOf = async (request: BuildImages): Promise<readonly string[]> =>
  (await buildImages(request, signal)).images.map(({ digest }) => digest)

const push = async (request: BuildImages) => {
  const { images, base } = await buildImages(request, signal)
  return pushImages({ ...request, images, base }, signal)
}

describe('building', () => {
  test('an index base gives an image of both platforms, whole on the disk and nowhere else', async () => {
    const { images } = await buildImages(aRequest(putBase(['arm64', 'amd64'])), signal)
    const [one] = images
    expect(one).toMatchObject({ service: 'one', present: 'built', platforms: ['linux/amd64', 'linux/arm64'] })
    expect(one?.reference).toBe(`${registry.host}/service-one@${one?.digest}`)
    const layout = await readLayout(one?.layoutDirectory ?? '')
    expect(layout.root.descriptor.digest).toBe(one?.digest)
    const blobs = await readdir(join(layout.directory, 'blobs', 'sha256'))
    const named = layout.platforms.flatMap(({ manifest, config, layers }) => [manifest.descriptor, config, ...layers])
    const digests = new Set([...named.map(({ digest }) => digest), layout.root.descriptor.digest])
    expect(blobs.sort()).toEqual([...digests].map((digest) => digest.slice(7)).sort())
    expect(registry.asked().every((asked) => /^(GET|HEAD) /.test(asked))).toBe(true)
  })

  test('a later commit that changes nothing of a service leaves its digest, and its change changes it', async () => {
    const request = aRequest(putBase(['amd64']))
    const [one, two] = await digestsOf(request)
    expect(await digestsOf(later(request))).toEqual([one, two])
    await save('one', 'process.exit(77)')
    const [changed, unchanged] = await digestsOf(later(request))
    expect(changed).not.toBe(one)
    expect(unchanged).toBe(two)
  })

  test('two builds at once of two commits agree on one digest', async () => {
    const request = aRequest(putBase(['amd64']))
    const [here, there] = await Promise.all([digestsOf(request), digestsOf(later(request))])
    expect(there).toEqual(here)
  })

  test('a base whose digest is known is not asked for again', async () => {
    const request = aRequest(putBase(['amd64']))
    const { base } = await buildImages(request, signal)
    const asked = registry.seen.length
    await buildImages({ ...request, base: `${registry.host}/base:24@${base.digest}` }, signal)
    expect(
      registry
        .asked()
        .slice(asked)
        .filter((line) => line.includes('/base/')),
    ).toEqual([])
  })

  test('a base that moved behind its tag gives another image', async () => {
    const request = aRequest(putBase(['amd64']))
    const before = await digestsOf(request)
    putBase(['amd64', 'arm64'])
    expect(await digestsOf(request)).not.toEqual(before)
  })

  test('a base without a platform that shopctl builds for is refused', async () => {
    const work = buildImages(aRequest(putBase(['riscv64'])), signal)
    await expect(work).rejects.toMatchObject({ code: 'BASE_IMAGE_UNFIT', outcome: 'refused' })
  })
})

describe('pushing', () => {
  test('what was pushed is found by every machine, also at another commit, and is not built again', async () => {
    const request = aRequest(putBase(['amd64', 'arm64']))
    const digests = await digestsOf(request)
    await push(request)
    const { images } = await buildImages(later({ ...aRequest(request.base, 'another home') }), signal)
    expect(images.map(({ digest }) => digest)).toEqual(digests)
    expect(images.map(({ present, layoutDirectory }) => [present, layoutDirectory])).toEqual([
      ['in-registry', null],
      ['in-registry', null],
    ])
  })

  test('what the registry has is not sent again, and a changed service sends little more than its bundle', async () => {
    const request = aRequest(putBase(['amd64', 'arm64']))
    expect((await push(request)).images.map(({ sent }) => sent)).toEqual([true, true])
    expect(await push(request)).toMatchObject({ bytesSent: 0, images: [{ sent: false }, { sent: false }] })
    await save('two', 'process.exit(76)')
    const { images, bytesSent } = await push(request)
    expect(images.map(({ sent }) => sent)).toEqual([false, true])
    expect(bytesSent).toBeGreaterThan(0)
    expect(bytesSent).toBeLessThan(8000)
  })

  test('a base of another registry is sent once and mounted for the rest', async () => {
    const elsewhere = await startScriptedRegistry()
    try {
      const { bytesSent } = await push(aRequest(putBase(['amd64'], elsewhere)))
      const layers = [...elsewhere.blobs.values()].map(({ length }) => length)
      const layer = Math.max(...layers)
      expect(bytesSent).toBeGreaterThan(layer)
      expect(bytesSent).toBeLessThan(layer * 2)
    } finally {
      await elsewhere.close()
    }
  })

  test('what two machines built of two commits is never put under one tag', async () => {
    const request = aRequest(putBase(['amd64']))
    const other = later(aRequest(request.base, 'another home'))
    const built = await buildImages(other, signal)
    await push(request)
    const late = pushImages({ ...other, ...built }, signal)
    await expect(late).rejects.toMatchObject({ code: 'IMAGE_TAG_TAKEN', outcome: 'refused' })
    expect(await digestsOf(other)).toEqual(await digestsOf(request))
  })

  test('a tag that somebody planted is not taken for what the source makes', async () => {
    const request = aRequest(putBase(['amd64']))
    const { images } = await buildImages(request, signal)
    const planted = registry.manifests.get('base:24')
    if (planted !== undefined) registry.manifests.set(`service-one:${images[0]?.tag}`, planted)
    const { manifests, blobs } = registry
    for (const [name, value] of [...manifests]) manifests.set(name.replace('base:', 'service-one:'), value)
    for (const [name, value] of [...blobs]) blobs.set(name.replace('base@', 'service-one@'), value)
    await expect(buildImages(request, signal)).rejects.toMatchObject({ code: 'IMAGE_FOREIGN', outcome: 'refused' })
  })
})
