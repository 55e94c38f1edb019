import { cp, glob, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BundleRequest, bundleService } from './bundle-service.ts'

const repository = join(import.meta.dirname, '..', '..')
let root = ''

const request = (where = root): BundleRequest => ({
  service: 'tiny',
  root: where,
  directory: join(root, '.shopctl', 'bundles'),
  cacheDirectory: join(where, '.shopctl', 'cache'),
})

/** As an editor does, but some time ago: a file saved in the same moment as the bundle is never taken from the cache. */
const save = async (path: string, text: string, secondsAgo = 5): Promise<void> => {
  const file = join(root, path)
  await writeFile(file, text)
  const then = new Date(Date.now() - secondsAgo * 1000)
  await utimes(file, then, then)
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl bundle '))
  await mkdir(join(root, 'services', 'tiny', 'migrations'), { recursive: true })
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await save('services/tiny/migrations/0001.ts', "export const first: string = 'create table a'\n")
  await save('services/tiny/main.ts', "import { first } from './migrations/0001.ts'\nprocess.stdout.write(first)\n")
})

afterEach(() => rm(root, { recursive: true }))

test('the same source gives the same digest, also in another folder', async () => {
  const here = await bundleService(request())
  const elsewhere = await mkdtemp(join(tmpdir(), 'shopctl-elsewhere-'))
  try {
    await cp(join(root, 'services'), join(elsewhere, 'services'), { recursive: true })
    await writeFile(join(elsewhere, 'package.json'), '{"type":"module"}')
    await symlink(join(repository, 'node_modules'), join(elsewhere, 'node_modules'))
    const there = await bundleService(request(elsewhere))
    expect(there.digest).toBe(here.digest)
    expect(await readFile(here.file, 'utf8')).not.toContain(root)
  } finally {
    await rm(elsewhere, { recursive: true })
  }
})

test.each([
  ['catalog', 'inventory.reserve.before_commit'],
  ['orders', 'orders.saga.after_charge_call'],
  ['users', 'consumers.event.applied'],
])('what ships of %s has none of the places where a test can make a service fail', async (service, known) => {
  const named = await failpointsUnder([join(repository, 'services', service), join(repository, 'services', 'kit')])
  expect(named).toContain(known)
  const { file } = await bundleService({ ...request(), root: repository, service })
  // The setting is there, with its example: whoever sets it is refused.
  const shipped = (await readFile(file, 'utf8')).replaceAll('orders.saga.after_charge:exit', '')
  expect([...named, 'failpoint reached'].filter((text) => shipped.includes(text))).toEqual([])
})

/** The names in what is no test. */
async function failpointsUnder(folders: readonly string[]): Promise<readonly string[]> {
  const named = new Set<string>()
  for (const folder of folders) {
    for await (const path of glob('**/*.ts', { cwd: folder })) {
      const source = path.endsWith('.test.ts') ? '' : await readFile(join(folder, path), 'utf8')
      for (const [, name = ''] of source.matchAll(/await failpoint\('([a-z_.]+)'\)/g)) named.add(name)
    }
  }
  return [...named]
}

test('an unchanged source is not bundled again, a changed one is', async () => {
  const first = await bundleService(request())
  expect(first.cached).toBe(false)
  expect(await bundleService(request())).toEqual({ ...first, cached: true })
  await save('services/tiny/main.ts', "process.stdout.write('other')\n", 4)
  const second = await bundleService(request())
  expect(second.cached).toBe(false)
  expect(second.digest).not.toBe(first.digest)
  expect((await stat(first.file)).isFile()).toBe(true)
})

test('a file that was saved while the bundle was made is looked at again', async () => {
  await save('services/tiny/main.ts', "process.stdout.write('from the future')\n", -60)
  await bundleService(request())
  expect((await bundleService(request())).cached).toBe(false)
})

test('a bundle whose file is gone is made again', async () => {
  const first = await bundleService(request())
  await rm(join(root, '.shopctl', 'bundles'), { recursive: true })
  expect(await bundleService(request())).toEqual(first)
})

test('the hash of the migrations follows them and nothing else', async () => {
  const first = await bundleService(request())
  await save(
    'services/tiny/main.ts',
    "import { first } from './migrations/0001.ts'\nprocess.stdout.write(first + 1)\n",
    4,
  )
  const other = await bundleService(request())
  expect(other.digest).not.toBe(first.digest)
  expect(other.migrationsHash).toBe(first.migrationsHash)
  await save('services/tiny/migrations/0001.ts', "export const first: string = 'create table b'\n", 4)
  expect((await bundleService(request())).migrationsHash).not.toBe(first.migrationsHash)
})

test('a source that does not parse is refused with its file and line, and nothing is kept', async () => {
  await save('services/tiny/main.ts', 'const a = 1\nconst = 2\n')
  const error = await bundleService(request()).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'BUNDLE_FAILED', outcome: 'refused' })
  expect(error).toHaveProperty('why.0', expect.stringMatching(/^services\/tiny\/main\.ts:2: /))
})
