import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { contentOf, digestOf, jsonContent } from '../../images/assemble/content.ts'
import { type ImageConfig, mediaTypes } from '../../images/assemble/oci-schemas.ts'
import { type TarEntry, tarArchive } from '../../images/assemble/tar-archive.ts'
import { baseImageName, resolveBaseImage } from '../../images/base-image.ts'
import { openBlobCache } from '../../images/blob-cache.ts'
import { parseImageReference, parseRegistryPlace } from '../../images/image-reference.ts'
import { openRegistries } from '../../images/registry/open-registries.ts'
import { clusterVariables } from './test-cluster.ts'

export type ProgramImage = {
  readonly name: string
  /** Added to the base as the program's one layer. */
  readonly files: readonly TarEntry[]
  readonly entrypoint: readonly string[]
}

const cacheDirectory = process.env.SHOPCTL_CACHE_DIR ?? join(homedir(), '.cache', 'shopctl-e2e')

/**
 * Puts a program of this machine on the tests' base image (a C library and Node) into their registry, for pods that no
 * public image can be pulled for. Answers its reference by digest.
 */
export const pushProgramImage = async ({ name, files, entrypoint }: ProgramImage): Promise<string> => {
  const signal = AbortSignal.timeout(120_000)
  const registries = openRegistries({ variables: { ...clusterVariables } })
  const place = parseRegistryPlace(clusterVariables.SHOPCTL_REGISTRY ?? '')
  const client = registries(place.host)
  const repository = `${place.prefix}e2e/${name}`
  const blobs = openBlobCache(join(cacheDirectory, 'images'))
  const base = await resolveBaseImage(baseImageName(clusterVariables), { registries, blobs, signal })
  const from = parseImageReference(base.name)
  const [platform] = base.platforms
  if (platform === undefined) throw new Error('the base image has no platform')
  const archive = tarArchive(files)
  const layer = contentOf(mediaTypes.layer, gzipSync(archive, { level: 1 }))
  const config: ImageConfig = {
    os: platform.config.os,
    architecture: platform.config.architecture,
    config: { ...platform.config.config, Entrypoint: [...entrypoint], Cmd: [] },
    rootfs: { type: 'layers', diff_ids: [...platform.config.rootfs.diff_ids, digestOf(archive)] },
  }
  const configContent = jsonContent(mediaTypes.config, config)
  for (const descriptor of platform.manifest.layers) {
    const file = await blobs.file({ client: registries(from.host), repository: from.repository, descriptor }, signal)
    const mountFrom = from.host === client.host ? from.repository : null
    await client.uploadBlob({ repository, descriptor, open: () => openAsBlob(file), mountFrom }, signal)
  }
  for (const { descriptor, bytes } of [layer, configContent]) {
    const open = async () => new Blob([new Uint8Array(bytes)])
    await client.uploadBlob({ repository, descriptor, open, mountFrom: null }, signal)
  }
  const content = jsonContent(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: configContent.descriptor,
    layers: [...platform.manifest.layers, layer.descriptor],
  })
  await client.putManifest({ repository, reference: content.descriptor.digest, content }, signal)
  return `${client.host}/${repository}@${content.descriptor.digest}`
}

const installedFile = async (path: string): Promise<TarEntry> => ({
  path: path.slice(1),
  mode: 0o555,
  content: await readFile(path),
})

/** A program that is on this machine's PATH, with further files of it, all at the same paths in the image. */
export const pushInstalledProgram = async (
  name: string,
  { program, files }: { readonly program: string; readonly files: readonly string[] },
): Promise<string> =>
  pushProgramImage({ name, files: await Promise.all([program, ...files].map(installedFile)), entrypoint: [program] })

/** Prometheus, with what finds for it what Debian's build cannot. */
export const pushPrometheus = async (program: string): Promise<string> => {
  const entry = join(import.meta.dirname, 'discovering-prometheus.ts')
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    write: false,
  })
  const content = Buffer.from(outputFiles[0]?.contents ?? [])
  return pushProgramImage({
    name: 'prometheus',
    files: [
      { ...(await installedFile(program)), path: 'usr/bin/prometheus' },
      { path: 'app/', mode: 0o555 },
      { path: 'app/discovering-prometheus.mjs', mode: 0o444, content },
    ],
    entrypoint: ['/nodejs/bin/node', '/app/discovering-prometheus.mjs'],
  })
}

/** Answers 200 on every port, and does nothing else: for what has no program on this machine. */
export const pushStandIn = (name: string, ports: readonly number[]): Promise<string> => {
  const source = `import { createServer } from 'node:http'
for (const port of ${JSON.stringify(ports)}) createServer((_request, response) => response.end('')).listen(port)
process.once('SIGTERM', () => process.exit(0))
`
  const content = Buffer.from(source)
  return pushProgramImage({
    name,
    files: [
      { path: 'app/', mode: 0o555 },
      { path: 'app/stand-in.mjs', mode: 0o444, content },
    ],
    entrypoint: ['/nodejs/bin/node', '/app/stand-in.mjs'],
  })
}
