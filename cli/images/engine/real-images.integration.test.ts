import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { services } from '../../../services/registry.ts'
import { type BuildImages, type BuiltImage, buildImages } from '../build-images.ts'
import { pushImages } from '../push-images.ts'
import { openRegistries } from '../registry/open-registries.ts'
import { checkBoot } from './boot-check.ts'
import { loadImage } from './load-image.ts'
import { type LocalEngine, openLocalEngine } from './local-engine.ts'

/** A registry of this machine, whose manifests may be deleted after the test. */
const { SHOPCTL_REGISTRY: registry = '', SHOPCTL_BASE_IMAGE: base = '' } = process.env
const isThere = registry !== '' && base !== ''
const found = await openLocalEngine()
const engine: LocalEngine | null = 'none' in found ? null : found
const repository = join(import.meta.dirname, '..', '..', '..')

const imagesOf = (root: string, names: readonly string[], home: string): BuildImages => ({
  services: names.map((service) => ({
    service,
    repository: Object.values(services).find(({ name }) => name === service)?.longName ?? service,
  })),
  registry: `${registry}/test-${process.pid}`,
  base,
  root,
  directories: { bundles: join(home, 'bundles'), cache: join(home, 'cache'), layouts: join(home, 'layouts') },
  facts: { revision: 'test', createdAt: '2026-01-02T03:04:05Z', source: '', version: 'test' },
  registries: openRegistries({ environment: 'staging', variables: process.env }),
  say: () => undefined,
})

const signal = () => AbortSignal.timeout(60_000)

describe.skipIf(!isThere)(
  isThere ? 'a real registry' : 'a real registry (skipped: no SHOPCTL_REGISTRY and SHOPCTL_BASE_IMAGE)',
  () => {
    let home = ''
    let built: readonly BuiltImage[] = []
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'shopctl-real-'))
    })
    afterAll(async () => {
      const origin = `http://${registry}/v2`
      await Promise.all(
        built.map(({ repository: name, digest }) =>
          fetch(`${origin}/${name}/manifests/${digest}`, { method: 'DELETE' }),
        ),
      )
      await rm(home, { recursive: true })
    })

    test('takes the images of the whole shop, and has them the second time', async () => {
      const request = imagesOf(repository, ['users', 'catalog', 'orders', 'edge'], home)
      const { images, base: resolved } = await buildImages(request, signal())
      built = images
      const { bytesSent } = await pushImages({ ...request, images, base: resolved }, signal())
      // Orders has 3.0 MB, the other three 1.3 MB together; the base is mounted.
      expect(bytesSent).toBeLessThan(5_000_000)
      const again = await buildImages(imagesOf(repository, ['users', 'edge'], home), signal())
      expect(again.images.map(({ present }) => present)).toEqual(['in-registry', 'in-registry'])
    })

    test.skipIf(engine === null)('the images of the shop boot, as nobody, read-only, without a network', async () => {
      if (engine === null) return
      // All at once, as a build does it: they stand on the same layers.
      const results = await Promise.all(
        built.map(({ service, layoutDirectory }) => {
          if (layoutDirectory === null) throw new Error(`${service} was not built`)
          const request = { service, layoutDirectory, health: null, timeoutSeconds: 20 }
          return checkBoot(engine, { request, signal: signal() })
        }),
      )
      expect(results.map(({ checked }) => checked)).toEqual([true, true, true, true])
    })

    const sources: Record<string, string> = {
      crashes: "throw new Error('the import that is missing')",
      writes: "import{writeFileSync}from'node:fs';writeFileSync('/app/x','')",
      'says nothing': 'process.exit(process.getuid()===65532?78:1)',
      serves: "import{createServer}from'node:http';createServer((_,r)=>r.end('ok')).listen(8080)",
    }

    const layoutOf = async (service: string): Promise<string> => {
      const root = join(home, `source-${service}`)
      await rm(root, { recursive: true, force: true })
      await mkdir(join(root, 'services', service), { recursive: true })
      await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
      await writeFile(join(root, 'package.json'), '{"type":"module"}')
      await writeFile(join(root, 'services', service, 'main.ts'), sources[service] ?? '')
      const { images } = await buildImages(imagesOf(root, [service], home), signal())
      return images[0]?.layoutDirectory ?? ''
    }

    test.skipIf(engine === null).each(['crashes', 'writes', 'says nothing'])(
      'an image that only %s does not boot',
      async (service) => {
        if (engine === null) return
        const request = { service, layoutDirectory: await layoutOf(service), health: null, timeoutSeconds: 20 }
        const error = await checkBoot(engine, { request, signal: signal() }).catch((reason: unknown) => reason)
        expect(error).toMatchObject({ code: 'IMAGE_DOES_NOT_BOOT', outcome: 'refused' })
        const expected = {
          crashes: /the import that is missing/,
          writes: /EROFS/,
          'says nothing': /without saying which settings/,
        }
        expect(JSON.stringify(error)).toMatch(/exit|EROFS/)
        expect(String(error instanceof Error ? Reflect.get(error, 'why') : '')).toMatch(
          Object.entries(expected).find(([name]) => name === service)?.[1] ?? /never/,
        )
      },
    )

    test.skipIf(engine === null)('an image that serves without settings boots where it answers', async () => {
      if (engine === null) return
      const layoutDirectory = await layoutOf('serves')
      const health = { port: 8080, path: '/health' }
      const request = { service: 'serves', layoutDirectory, health, timeoutSeconds: 20 }
      expect(await checkBoot(engine, { request, signal: signal() })).toMatchObject({ checked: true })
      const hangs = { ...request, health: null, timeoutSeconds: 1 }
      await expect(checkBoot(engine, { request: hangs, signal: signal() })).rejects.toMatchObject({
        code: 'IMAGE_DOES_NOT_BOOT',
      })
    })

    test.skipIf(engine === null)(
      'a loaded image is in the engine under its name; one of another machine is not',
      async () => {
        if (engine === null) return
        const name = `shopctl-load-test:${process.pid}`
        const request = { layoutDirectory: await layoutOf('serves'), names: [name] }
        expect(await loadImage(engine, { request, signal: signal() })).toBe('loaded')
        try {
          expect((await engine.docker.getImage(name).inspect()).Config.User).toBe('65532:65532')
        } finally {
          await engine.docker.getImage(name).remove({ force: true })
        }
        const foreign = { ...engine, architecture: 'riscv64' }
        expect(await loadImage(foreign, { request, signal: signal() })).toBe('other-architecture')
      },
    )

    test.skipIf(engine === null)('a layout whose layer is gone is refused', async () => {
      if (engine === null) return
      const layoutDirectory = await layoutOf('crashes')
      await rm(join(layoutDirectory, 'blobs'), { recursive: true })
      const request = { layoutDirectory, names: ['shopctl-broken:1'] }
      await expect(loadImage(engine, { request, signal: signal() })).rejects.toThrow()
    })
  },
)

test('no engine is a fact that is told, not a failure', async () => {
  const request = { service: 'x', layoutDirectory: '/nowhere', health: null, timeoutSeconds: 1 }
  const result = await checkBoot({ none: 'no Docker engine answers here' }, { request, signal: signal() })
  expect(result).toEqual({ checked: false, reason: 'no Docker engine answers here' })
})
