import { digestOfHeader } from './content-digest.ts'
import { parseRefusal, refusesWith } from './refusal-words.ts'
import { contentDamaged, registryRefused, repositoryMissing } from './registry-failures.ts'
import type { RegistryTransport } from './registry-transport.ts'
import type { BlobUpload, UploadResult } from './registry-types.ts'
import { delayBefore, isUnreachable, waitBefore } from './retrying.ts'
import { type RegistryAnswer, transferTimeoutSeconds } from './wire.ts'

type Work = { readonly upload: BlobUpload; readonly signal: AbortSignal }

const scopesOf = ({ repository, mountFrom }: BlobUpload): readonly string[] => [
  `repository:${repository}:pull,push`,
  ...(mountFrom === null ? [] : [`repository:${mountFrom}:pull`]),
]

const refused = (transport: RegistryTransport, answer: RegistryAnswer, { upload }: Work): Error => {
  const name = `${transport.host}/${upload.repository}`
  const why = parseRefusal(answer, `the upload of ${upload.descriptor.digest} to ${name}`)
  if (answer.status === 404 && refusesWith(answer, 'NAME_UNKNOWN')) {
    return repositoryMissing(name, { environment: transport.environment, why })
  }
  return registryRefused(transport.host, why)
}

/** Where the next bytes go: an address that the registry gave, and how many bytes it has. */
type Session = { readonly url: URL; readonly received: number }

const sessionOf = (transport: RegistryTransport, answer: RegistryAnswer, askedAt: string | URL): Session => {
  const location = answer.headers.get('location')
  if (location === null) throw registryRefused(transport.host, ['it began an upload and did not say where'])
  return { url: transport.locate(location, askedAt), received: receivedOf(answer) }
}

/** `0-99` means that the bytes 0 to 99 have arrived. `0-0` is also said of none, so nothing is built on one byte. */
const receivedOf = ({ headers }: RegistryAnswer): number => {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(headers.get('range') ?? '')?.[1] ?? 0)
  return last === 0 ? 0 : last + 1
}

/** Asks for an upload, or for the blob of another repository; the registry may answer the second with the first. */
const begin = async (transport: RegistryTransport, work: Work): Promise<Session | 'mounted'> => {
  const { repository, descriptor, mountFrom } = work.upload
  const mount = mountFrom === null ? '' : `?${new URLSearchParams({ mount: descriptor.digest, from: mountFrom })}`
  const path = `/v2/${repository}/blobs/uploads/${mount}`
  const answer = await transport.ask({ method: 'POST', path, scopes: scopesOf(work.upload) }, work.signal)
  if (answer.status === 201) return 'mounted'
  if (answer.status !== 202) throw refused(transport, answer, work)
  return sessionOf(transport, answer, path)
}

/** Where an upload stands whose connection broke; null where the registry has forgotten it. */
const resume = async (transport: RegistryTransport, { url }: Session, work: Work): Promise<Session | null> => {
  const answer = await transport.ask({ method: 'GET', path: url, scopes: scopesOf(work.upload) }, work.signal)
  if (answer.status !== 204 && answer.status !== 202) return null
  const received = receivedOf(answer)
  if (received === 0) return null
  return { url: transport.locate(answer.headers.get('location') ?? url.href, url), received }
}

const isUnwell = ({ status }: RegistryAnswer): boolean => status === 429 || status >= 500

/** Sends what is missing and closes the upload; null where the registry was unwell in between. */
const send = async (transport: RegistryTransport, session: Session, work: Work): Promise<RegistryAnswer | null> => {
  const { descriptor } = work.upload
  const scopes = scopesOf(work.upload)
  const content = await work.upload.open()
  const body = content.slice(session.received)
  const range = session.received === 0 ? {} : { 'content-range': `${session.received}-${content.size - 1}` }
  const headers = { 'content-type': 'application/octet-stream', ...range }
  const timeoutSeconds = transferTimeoutSeconds(body.size)
  const patch = { method: 'PATCH', path: session.url, headers, body, scopes, timeoutSeconds } as const
  const sent = await transport.askOnce(patch, work.signal)
  if (isUnwell(sent)) return null
  if (sent.status !== 202) throw refused(transport, sent, work)
  const { url } = sessionOf(transport, sent, session.url)
  url.searchParams.set('digest', descriptor.digest)
  const closed = await transport.askOnce({ method: 'PUT', path: url, scopes, timeoutSeconds }, work.signal)
  return isUnwell(closed) ? null : closed
}

const finish = (transport: RegistryTransport, answer: RegistryAnswer, work: Work): UploadResult => {
  const { repository, descriptor } = work.upload
  if (answer.status !== 201) throw refused(transport, answer, work)
  const found = digestOfHeader(answer.headers)
  if (found !== null && found !== descriptor.digest) {
    throw contentDamaged(`${transport.host}/${repository}`, { wanted: descriptor.digest, found })
  }
  return 'uploaded'
}

/**
 * Sends a blob in one piece. After a broken connection the registry is asked how much has arrived and gets the rest, or
 * all of it in a new upload where it has forgotten.
 */
export const uploadBlob = async (transport: RegistryTransport, work: Work): Promise<UploadResult> => {
  let next = await begin(transport, work)
  for (let attempt = 1; ; attempt += 1) {
    if (next === 'mounted') return 'mounted'
    const session: Session = next
    const isLast = attempt >= transport.retry.attempts
    const answer = await send(transport, session, work).catch((error: unknown) => {
      if (isLast) throw error
      return whenUnreachable(error)
    })
    if (answer !== null) return finish(transport, answer, work)
    if (isLast) throw registryRefused(transport.host, [`the upload of ${work.upload.descriptor.digest} did not end`])
    await waitBefore(delayBefore(attempt, { policy: transport.retry, asked: null }), work.signal)
    next = (await resume(transport, session, work)) ?? (await begin(transport, withoutMount(work)))
  }
}

const withoutMount = ({ upload, signal }: Work): Work => ({ upload: { ...upload, mountFrom: null }, signal })

const whenUnreachable = (error: unknown): null => {
  if (isUnreachable(error)) return null
  throw error
}
