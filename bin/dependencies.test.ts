import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      /** Came inside of another package, and has no digest of its own. */
      inBundle: z.boolean().optional(),
    }),
  ),
})
const own = packageSchema.parse(read('package.json'))
const installed = Object.entries(lockSchema.parse(read('package-lock.json')).packages).filter(([path]) => path !== '')

test('X34: every dependency is named with one exact version, and the lock file has its digest', () => {
  const ranges = Object.entries({ ...own.dependencies, ...own.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  )
  expect(ranges).toEqual([])
  const loose = installed.filter(
    ([, { version, integrity, inBundle }]) => version === undefined || (integrity === undefined && inBundle !== true),
  )
  expect(loose.map(([path]) => path)).toEqual([])
})

const numbers = (version: string): number[] => version.split('.').map(Number)

test.each([
  ['hono', [4, 13]],
  ['@hono/node-server', [2, 0]],
])('X34: %s is recent enough for what was found in it this year', (name, [major = 0, minor = 0]) => {
  const [hasMajor = 0, hasMinor = 0] = numbers(own.dependencies[name] ?? '0.0.0')
  expect(hasMajor > major || (hasMajor === major && hasMinor >= minor)).toBe(true)
})

/** None of them asks for more than its notice, but for those of what is only used to build and test. */
const licences = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Public Domain',
  'PSF-2.0',
  'PostgreSQL',
]
/** File by file, and unchanged as we use them. */
const alsoForTools = ['MPL-2.0', 'Zlib']

/** Where the lock file has no word: what stands in the package itself. */
const toldElsewhere: Readonly<Record<string, string>> = {
  'node_modules/buildcheck': 'MIT',
  'node_modules/cpu-features': 'MIT',
  'node_modules/png-js': 'MIT',
  'node_modules/ssh2': 'MIT',
}

test('X34: every licence is one of the list', () => {
  const foreign = installed.flatMap(([path, { license, dev }]) => {
    const words = (license ?? toldElsewhere[path] ?? 'none').replace(/[()]/g, '').split(/ (?:AND|OR) /)
    const allowed = dev === true ? [...licences, ...alsoForTools] : licences
    return words.every((word) => allowed.includes(word)) ? [] : [[path, license]]
  })
  expect(foreign).toEqual([])
})

const advisories = z.object({
  metadata: z.object({ vulnerabilities: z.object({ high: z.int(), critical: z.int() }) }),
})

/** Undefined where the registry does not tell: offline, or behind a mirror that has no advisories. */
function knownFaults(): z.output<typeof advisories> | undefined {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 })
  if (!stdout.startsWith('{')) return undefined
  const told = advisories.safeParse(JSON.parse(stdout))
  return told.success ? told.data : undefined
}

const found = knownFaults()
const reason = found === undefined ? ' (skipped: the registry tells no advisories)' : ''

test.skipIf(reason !== '')(`no fault that is known to be high or critical is installed${reason}`, () => {
  expect(found?.metadata.vulnerabilities).toMatchObject({ high: 0, critical: 0 })
})
