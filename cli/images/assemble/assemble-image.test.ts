import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { aBase, someFacts } from '../testing/a-base.ts'
import { assembleImage } from './assemble-image.ts'
import { digestOf } from './content.ts'
import { imageLabels, runTheSame } from './image-config.ts'
import { imageTag } from './image-tag.ts'
import { configSchema, indexSchema, manifestSchema, mediaTypes } from './oci-schemas.ts'

const bundle = Buffer.from('process.exit(78)')
const parse = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

test('the same bundle and base give the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (content) => {
      const one = assembleImage(content, { base: aBase('amd64', 'arm64'), facts: someFacts })
      const other = assembleImage(Buffer.from(content), { base: aBase('amd64', 'arm64'), facts: { ...someFacts } })
      expect(other).toEqual(one)
      expect(other.layer.bytes.equals(one.layer.bytes)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('neither the folder, the time zone, the language nor the umask is in an image', () => {
  const script = `
    import { assembleImage } from ${JSON.stringify(`${import.meta.dirname}/assemble-image.ts`)}
    import { aBase, someFacts } from ${JSON.stringify(`${import.meta.dirname}/../testing/a-base.ts`)}
    process.umask(0o077)
    const image = assembleImage(Buffer.from('process.exit(78)'), { base: aBase('amd64', 'arm64'), facts: someFacts })
    process.stdout.write(image.root.descriptor.digest)`
  const env = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', HOME: '/nonexistent', USER: 'somebody' }
  const there = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: tmpdir(), env })
  const here = assembleImage(bundle, { base: aBase('amd64', 'arm64'), facts: someFacts })
  expect(there.toString()).toBe(here.root.descriptor.digest)
})

test('the layer holds the bundle alone, owned by root, of no time, writable by nobody', async () => {
  const { layer } = assembleImage(bundle, { base: aBase('amd64'), facts: someFacts })
  const entries: object[] = []
  const reader = Readable.from([gunzipSync(layer.bytes)]).pipe(extract())
  for await (const entry of reader) {
    const { name, mode, uid, gid, mtime, type } = entry.header
    let text = ''
    for await (const chunk of entry) text += String(chunk)
    entries.push({ name, mode, uid, gid, mtime: mtime?.getTime(), type, text })
  }
  const ofRoot = { uid: 0, gid: 0, mtime: 0 }
  expect(entries).toEqual([
    { name: 'app/', mode: 0o555, ...ofRoot, type: 'directory', text: '' },
    { name: 'app/bundle.mjs', mode: 0o444, ...ofRoot, type: 'file', text: bundle.toString() },
  ])
  expect(layer.bytes[9]).toBe(255)
})

test('an image of an index is an index of the same platforms, whose parts name each other', () => {
  const base = aBase('amd64', 'arm64')
  const image = assembleImage(bundle, { base, facts: someFacts })
  const index = indexSchema.parse(parse(image.root.bytes))
  expect(image.root.descriptor.mediaType).toBe(mediaTypes.index)
  expect(index.manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64'])
  image.platforms.forEach(({ manifest, config, layers }, at) => {
    expect(index.manifests[at]?.digest).toBe(digestOf(manifest.bytes))
    const { config: named, layers: stack, annotations } = manifestSchema.parse(parse(manifest.bytes))
    expect(named.digest).toBe(digestOf(config.bytes))
    expect(stack).toEqual(layers)
    expect(new Set(stack.map(({ mediaType }) => mediaType))).toEqual(new Set([mediaTypes.layer]))
    const { rootfs, config: runs } = configSchema.parse(parse(config.bytes))
    expect(rootfs.diff_ids).toEqual([
      ...(base.platforms[at]?.config.rootfs.diff_ids ?? []),
      digestOf(gunzipSync(image.layer.bytes)),
    ])
    expect(annotations).toEqual(runs?.Labels)
    expect(annotations).toEqual(imageLabels(someFacts, base))
  })
})

test('an image of a single manifest is one manifest', () => {
  const { root, platforms } = assembleImage(bundle, { base: aBase('amd64'), facts: someFacts })
  expect(root).toBe(platforms[0]?.manifest)
})

test('it runs as nobody, with the node of its base, and its arguments can be replaced', () => {
  const { platforms } = assembleImage(bundle, { base: aBase('amd64'), facts: someFacts })
  const { config, created } = configSchema.parse(parse(platforms[0]?.config.bytes ?? Buffer.alloc(0)))
  expect(config).toMatchObject({
    User: '65532:65532',
    WorkingDir: '/app',
    Entrypoint: ['/nodejs/bin/node'],
    Cmd: ['/app/bundle.mjs'],
    Env: ['PATH=/nodejs/bin', 'NODE_ENV=production'],
  })
  expect(created).toBe(someFacts.createdAt)
})

test('images of two commits run the same and carry the same tag, those of two bundles do not', () => {
  const configOf = (content: string, revision: string) => {
    const image = assembleImage(Buffer.from(content), { base: aBase('amd64'), facts: { ...someFacts, revision } })
    return configSchema.parse(parse(image.platforms[0]?.config.bytes ?? Buffer.alloc(0)))
  }
  expect(runTheSame(configOf('a', 'first'), configOf('a', 'second'))).toBe(true)
  expect(runTheSame(configOf('a', 'first'), configOf('b', 'first'))).toBe(false)
  expect(imageTag(digestOf('a'), digestOf('base'))).toMatch(/^b-[0-9a-f]{32}$/)
  expect(imageTag(digestOf('a'), digestOf('base'))).not.toBe(imageTag(digestOf('b'), digestOf('base')))
  expect(imageTag(digestOf('a'), digestOf('base'))).not.toBe(imageTag(digestOf('a'), digestOf('other base')))
})
