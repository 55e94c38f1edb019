import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { parseRefusal } from './refusal-words.ts'
import { contentDamaged, imageMissing, registryRefused } from './registry-failures.ts'
import type { RegistryTransport } from './registry-transport.ts'
import type { BlobPlace } from './registry-types.ts'
import { delayBefore, waitBefore } from './retrying.ts'
import { exchangeFailed, transferTimeoutSeconds } from './wire.ts'

type Download = { readonly place: BlobPlace & { readonly file: FileHandle }; readonly signal: AbortSignal }

/** What is in the file so far, and its hash. */
type Progress = { readonly bytes: number; readonly hash: Hash }

const empty = (): Progress => ({ bytes: 0, hash: createHash('sha256') })

const requestFor = ({ repository, descriptor }: BlobPlace, from: number) =>
  ({
    method: 'GET',
    path: `/v2/${repository}/blobs/${descriptor.digest}`,
    headers: from === 0 ? {} : { range: `bytes=${from}-` },
    scopes: [`repository:${repository}:pull`],
    timeoutSeconds: transferTimeoutSeconds(descriptor.size - from),
  }) as const

type Part = { readonly progress: Progress; readonly failure: unknown }

/** Appends the body as far as it comes. */
const receive = async (response: Response, file: FileHandle, start: Progress): Promise<Part> => {
  let { bytes } = start
  try {
    for await (const chunk of response.body ?? []) {
      await file.write(chunk, 0, chunk.length, bytes)
      start.hash.update(chunk)
      bytes += chunk.length
    }
    return { progress: { bytes, hash: start.hash }, failure: null }
  } catch (failure) {
    return { progress: { bytes, hash: start.hash }, failure }
  }
}

const refused = async (transport: RegistryTransport, response: Response, place: BlobPlace): Promise<Error> => {
  const name = `${transport.host}/${place.repository}@${place.descriptor.digest}`
  if (response.status === 404) return imageMissing(name)
  const { status, headers } = response
  const body = Buffer.from(await response.arrayBuffer())
  return registryRefused(transport.host, parseRefusal({ status, headers, body }, `GET ${name}`))
}

const check = (transport: RegistryTransport, { hash }: Progress, { repository, descriptor }: BlobPlace): void => {
  const found = `sha256:${hash.digest('hex')}`
  if (found === descriptor.digest) return
  throw contentDamaged(`${transport.host}/${repository}@${descriptor.digest}`, { wanted: descriptor.digest, found })
}

/** Streams a blob into a file. After a broken connection it asks for the rest, or again for all where that is not given. */
export const downloadBlob = async (transport: RegistryTransport, { place, signal }: Download): Promise<void> => {
  let progress = empty()
  for (let attempt = 1; ; attempt += 1) {
    const request = requestFor(place, progress.bytes)
    const response = await transport.open(request, signal)
    if (response.status === 200) progress = empty()
    else if (response.status !== 206) throw await refused(transport, response, place)
    const part = await receive(response, place.file, progress)
    progress = part.progress
    if (part.failure === null) break
    const wire = { ...request, url: new URL(`https://${transport.host}${request.path}`) }
    const failure = exchangeFailed(part.failure, { request: wire, signal })
    if (signal.aborted || attempt >= transport.retry.attempts) throw failure
    await waitBefore(delayBefore(attempt, { policy: transport.retry, asked: null }), signal)
  }
  await place.file.truncate(progress.bytes)
  check(transport, progress, place)
}
