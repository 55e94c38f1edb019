import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const writeBlob = (directory: string, text: string): { digest: string; size: number } => {
  const hex = createHash('sha256').update(text).digest('hex')
  const blobs = join(directory, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  writeFileSync(join(blobs, hex), text)
  return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) }
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

/** The smallest OCI layout with an index over two platforms; answers the digest of the index. */
export const writeLayout = (directory: string, name: string): string => {
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, annotations: { name, architecture } })
    return { mediaType: manifestType, ...writeBlob(directory, text), platform: { os: 'linux', architecture } }
  })
  const index = { mediaType: indexType, schemaVersion: 2, manifests }
  const descriptor = { mediaType: indexType, ...writeBlob(directory, JSON.stringify(index)) }
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }))
  return descriptor.digest
}
