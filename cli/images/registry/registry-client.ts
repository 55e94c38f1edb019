import { type Content, contentOf, digestOf } from '../assemble/content.ts'
import { dockerMediaTypes, type ImageDescriptor, mediaTypes } from '../assemble/oci-schemas.ts'
import { downloadBlob } from './download-blob.ts'
import { putManifest } from './put-manifest.ts'
import { parseRefusal } from './refusal-words.ts'
import { contentDamaged, imageMissing, registryRefused } from './registry-failures.ts'
import { createTransport, type RegistryTransport, type TransportMeans } from './registry-transport.ts'
import type { BlobPlace, ManifestPlace, RegistryClient } from './registry-types.ts'
import { uploadBlob } from './upload-blob.ts'
import { transferTimeoutSeconds } from './wire.ts'

const accepted = [mediaTypes.index, mediaTypes.manifest, dockerMediaTypes.index, dockerMediaTypes.manifest] as const

const pullScope = (repository: string): string => `repository:${repository}:pull`

export const createRegistryClient = (means: TransportMeans): RegistryClient => {
  const transport = createTransport(means)
  const client: RegistryClient = {
    host: means.host,
    findManifest: (place, signal) => findManifest(transport, { place, signal }),
    fetchManifest: (place, signal) => fetchManifest(transport, { place, signal }),
    fetchBlob: (place, signal) => fetchBlob(transport, { place, signal }),
    downloadBlob: (place, signal) => downloadBlob(transport, { place, signal }),
    hasBlob: (place, signal) => hasBlob(transport, { place, signal }),
    uploadBlob: async (upload, signal) => {
      if (await hasBlob(transport, { place: upload, signal })) return 'present'
      return uploadBlob(transport, { upload, signal })
    },
    putManifest: (place, signal) => putManifest(client, { transport, place, signal }),
    bytesSent: transport.bytesSent,
  }
  return client
}

const manifestRequest = ({ repository, reference }: ManifestPlace) => ({
  path: `/v2/${repository}/manifests/${reference}`,
  headers: { accept: accepted.join(', ') },
  scopes: [pullScope(repository)],
})

type Asked<Place> = { readonly place: Place; readonly signal: AbortSignal }

const findManifest = async (
  transport: RegistryTransport,
  { place, signal }: Asked<ManifestPlace>,
): Promise<ImageDescriptor | null> => {
  const { status, headers } = await transport.ask({ method: 'HEAD', ...manifestRequest(place) }, signal)
  if (status === 404) return null
  const digest = headers.get('docker-content-digest')
  const size = Number(headers.get('content-length') ?? 'none')
  if (status === 200 && digest !== null && Number.isInteger(size)) {
    return { mediaType: mediaTypeOf(headers), digest, size }
  }
  // Not every registry answers HEAD in full; then the manifest itself tells.
  return (await fetchManifest(transport, { place, signal })).descriptor
}

const mediaTypeOf = (headers: Headers): string => (headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''

const fetchManifest = async (
  transport: RegistryTransport,
  { place, signal }: Asked<ManifestPlace>,
): Promise<Content> => {
  const name = `${transport.host}/${place.repository}:${place.reference}`.replace(':sha256', '@sha256')
  const answer = await transport.ask({ method: 'GET', ...manifestRequest(place) }, signal)
  if (answer.status === 404) throw imageMissing(name)
  if (answer.status !== 200) throw registryRefused(transport.host, parseRefusal(answer, `GET ${name}`))
  const content = contentOf(mediaTypeOf(answer.headers), answer.body)
  const wanted = place.reference.startsWith('sha256:') ? place.reference : content.descriptor.digest
  if (content.descriptor.digest !== wanted) throw contentDamaged(name, { wanted, found: content.descriptor.digest })
  return content
}

const blobRequest = ({ repository, descriptor }: BlobPlace) => ({
  path: `/v2/${repository}/blobs/${descriptor.digest}`,
  scopes: [pullScope(repository)],
  timeoutSeconds: transferTimeoutSeconds(descriptor.size),
})

const hasBlob = async (transport: RegistryTransport, { place, signal }: Asked<BlobPlace>): Promise<boolean> => {
  const request = { method: 'HEAD', ...blobRequest(place) } as const
  const answer = await transport.ask(request, signal)
  if (answer.status === 200 || answer.status === 404) return answer.status === 200
  throw registryRefused(transport.host, parseRefusal(answer, `HEAD ${request.path}`))
}

const fetchBlob = async (transport: RegistryTransport, { place, signal }: Asked<BlobPlace>): Promise<Buffer> => {
  const name = `${transport.host}/${place.repository}@${place.descriptor.digest}`
  const answer = await transport.ask({ method: 'GET', ...blobRequest(place) }, signal)
  if (answer.status === 404) throw imageMissing(name)
  if (answer.status !== 200) throw registryRefused(transport.host, parseRefusal(answer, `GET ${name}`))
  const found = digestOf(answer.body)
  if (found !== place.descriptor.digest) throw contentDamaged(name, { wanted: place.descriptor.digest, found })
  return answer.body
}
