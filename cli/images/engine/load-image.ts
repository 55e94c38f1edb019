import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { interruption } from '../../errors/interruption.ts'
import type { ImageDescriptor } from '../assemble/oci-schemas.ts'
import { blobPath } from '../blob-cache.ts'
import { type LayoutPlatform, readLayout } from '../oci-layout.ts'
import { engineFailed, type LocalEngine } from './local-engine.ts'

export type LoadRequest = {
  readonly layoutDirectory: string
  /** Names that the image has in the engine afterwards, for example `user-management:b-0123`. */
  readonly names: readonly string[]
}

const epoch = new Date(0)
const pathInArchive = ({ digest }: ImageDescriptor): string => `blobs/sha256/${digest.replace('sha256:', '')}`

/** The form that every engine since 1.10 loads; an OCI layout is loaded only by the newest. */
const archiveOf = (platform: LayoutPlatform, { layoutDirectory, names }: LoadRequest) => {
  const { config, layers } = platform
  const archive = pack()
  const addBlob = (descriptor: ImageDescriptor): Promise<void> => {
    const header = { name: pathInArchive(descriptor), size: descriptor.size, mtime: epoch, mode: 0o444 }
    return pipeline(createReadStream(blobPath(layoutDirectory, descriptor.digest)), archive.entry(header))
  }
  const fill = async (): Promise<void> => {
    for (const blob of new Map([config, ...layers].map((one) => [one.digest, one])).values()) await addBlob(blob)
    const manifest = [{ Config: pathInArchive(config), RepoTags: names, Layers: layers.map(pathInArchive) }]
    archive.entry({ name: 'manifest.json', mtime: epoch, mode: 0o444 }, JSON.stringify(manifest))
    archive.finalize()
  }
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))))
  return archive
}

const eventSchema = z.object({ error: z.string().optional() })

type EngineEvents = Parameters<LocalEngine['docker']['modem']['followProgress']>[0]

/** The stream ends well also where the engine failed: only its events say so. */
const followEvents = ({ docker }: LocalEngine, stream: EngineEvents): Promise<void> =>
  new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: unknown, events: unknown) => {
      const failed = z
        .array(eventSchema)
        .safeParse(events)
        .data?.find((event) => event.error !== undefined)
      if (error) reject(error)
      else if (failed?.error !== undefined) reject(new Error(failed.error))
      else resolve()
    })
  })

/** The image of the engine's own architecture in a layout; null where it was not built for that. */
export const platformFor = async (
  layoutDirectory: string,
  { architecture }: LocalEngine,
): Promise<LayoutPlatform | null> => {
  const { platforms } = await readLayout(layoutDirectory)
  return platforms.find((platform) => platform.os === 'linux' && platform.architecture === architecture) ?? null
}

/**
 * Puts an image into the local engine under the given names: 'loaded', or 'other-architecture' where the engine could
 * not run it. Throws ENGINE_FAILED (refused) with the engine's words.
 */
export const loadImage = async (
  engine: LocalEngine,
  { request, signal }: { readonly request: LoadRequest; readonly signal: AbortSignal },
): Promise<'loaded' | 'other-architecture'> => {
  const platform = await platformFor(request.layoutDirectory, engine)
  if (platform === null) return 'other-architecture'
  const archive = archiveOf(platform, request)
  const stop = () => archive.destroy(new Error('interrupted'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    await followEvents(engine, await engine.docker.loadImage(Readable.from(archive, { objectMode: false })))
  } catch (error) {
    if (signal.aborted) throw interruption(signal, 'loading an image into the Docker engine')
    throw engineFailed(`The Docker engine did not load ${request.names[0]}`, error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return 'loaded'
}
