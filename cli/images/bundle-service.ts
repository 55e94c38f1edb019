import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { BuildResult } from 'esbuild'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { readBundleCache, stampInputs } from './bundle-cache.ts'
import { bundleOptions, bundleRecipe } from './bundle-recipe.ts'

export type Bundle = {
  readonly service: string
  /** `sha256:` and 64 hexadecimal digits of the file: the service's identity. */
  readonly digest: string
  readonly file: string
  readonly bytes: number
  /** Content hash of the sources that define migrations; equal hashes have nothing new to migrate. */
  readonly migrationsHash: string
  readonly cached: boolean
}

export type BundleRequest = {
  readonly service: string
  readonly root: string
  /** Bundles live in `<directory>/<digest>/bundle.mjs`. */
  readonly directory: string
  readonly cacheDirectory: string
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

/** Where the bundle with this digest is, whether or not it exists. */
export const bundleFile = (directory: string, digest: string): string =>
  join(directory, digest.replace('sha256:', ''), 'bundle.mjs')

const recipeOf = (root: string): string => {
  const { version } = createRequire(join(root, 'package.json'))('esbuild/package.json')
  return bundleRecipe(String(version))
}

const hashMigrations = async (root: string, inputs: readonly string[]): Promise<string> => {
  const sources = inputs.filter((path) => /^services\/(?!kit\/).*migration/.test(path)).sort()
  const contents = await Promise.all(
    sources.map(async (path) => `${path}\n${await readFile(join(root, path), 'utf8')}`),
  )
  return sha256(contents.join('\n')).slice(0, 16)
}

const keepBundle = async (file: string, contents: Uint8Array): Promise<void> => {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists) return
  const target = dirname(file)
  const temporary = `${target}.${randomUUID()}`
  await mkdir(temporary, { recursive: true })
  await writeFile(join(temporary, 'bundle.mjs'), contents, { mode: 0o444 })
  // The name is the content: where another process was first, its directory holds the same file.
  await rename(temporary, target).catch(() => rm(temporary, { recursive: true, force: true }))
}

type BuildFailure = { readonly errors: readonly { text: string; location: { file: string; line: number } | null }[] }
const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors)

const bundleFailed = (service: string, cause: unknown): unknown => {
  if (!isBuildFailure(cause)) return cause
  return new ShopctlError({
    code: 'BUNDLE_FAILED',
    outcome: 'refused',
    what: `${service} could not be bundled; nothing was changed.`,
    why: cause.errors.map(({ text, location }) =>
      location === null ? text : `${location.file}:${location.line}: ${text}`,
    ),
    fix: ['npm run types'],
    cause,
  })
}

/** Installed packages change only through the lock files, so these stand for the thousands of files behind them. */
const lockFiles = ['package-lock.json', 'node_modules/.package-lock.json']

const ownInputs = (paths: readonly string[], root: string): readonly string[] => [
  ...paths.filter((path) => !path.includes('node_modules/') && !path.startsWith('<')),
  ...lockFiles.filter((path) => existsSync(join(root, path))),
]

const keepResult = async (request: BundleRequest, result: BuildResult, startedAt: number): Promise<Bundle> => {
  const { service, root, directory, cacheDirectory } = request
  const contents = result.outputFiles?.[0]?.contents
  if (contents === undefined) throw new Error(`esbuild made no file for ${service}`)
  const inputs = ownInputs(Object.keys(result.metafile?.inputs ?? {}), root)
  const digest = `sha256:${sha256(contents)}`
  const file = bundleFile(directory, digest)
  await keepBundle(file, contents)
  const migrationsHash = await hashMigrations(root, inputs)
  const facts = { service, digest, file, bytes: contents.length, migrationsHash, cached: false }
  const stamps = await stampInputs(root, inputs)
  // A file saved while the bundle was made may be in it or not: such a bundle is good, its cache entry would not be.
  if (stamps.some(([, , time]) => time >= startedAt)) return facts
  await mkdir(cacheDirectory, { recursive: true })
  const cacheFile = join(cacheDirectory, `${service}.json`)
  const temporary = `${cacheFile}.${randomUUID()}`
  await writeFile(temporary, JSON.stringify({ ...facts, recipe: recipeOf(root), inputs: stamps }))
  await rename(temporary, cacheFile)
  return facts
}

/** Makes one file of a service's source, or finds that the last one is still right (about a millisecond). */
export const bundleService = async (request: BundleRequest): Promise<Bundle> => {
  const { service, root, directory, cacheDirectory } = request
  const cached = await readBundleCache(join(cacheDirectory, `${service}.json`), { root, recipe: recipeOf(root) })
  if (cached !== null) {
    const file = bundleFile(directory, cached.digest)
    const present = await access(file).then(
      () => true,
      () => false,
    )
    if (present) {
      const { digest, bytes, migrationsHash } = cached
      return { service, digest, file, bytes, migrationsHash, cached: true }
    }
  }
  const startedAt = Date.now()
  const { build } = await import('esbuild')
  const result = await build(bundleOptions(root, `services/${service}/main.ts`)).catch((cause: unknown) => {
    throw bundleFailed(service, cause)
  })
  return keepResult(request, result, startedAt)
}
