import { indexSchema, manifestSchema } from '../../cli/images/assemble/oci-schemas.ts'
import { parseImageReference } from '../../cli/images/image-reference.ts'
import { createRegistryClient } from '../../cli/images/registry/registry-client.ts'
import type { ManifestPlace, RegistryClient } from '../../cli/images/registry/registry-types.ts'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const retry = { attempts: 1, firstDelayMilliseconds: 0, longestDelayMilliseconds: 0 }
const seconds = 10

const fetchJson = async (client: RegistryClient, place: ManifestPlace): Promise<unknown> => {
  const { bytes } = await client.fetchManifest(place, AbortSignal.timeout(seconds * 1000))
  return JSON.parse(bytes.toString())
}

/** What a node of this machine's kind downloads for an image of which it has nothing: layers as they are compressed. */
export const imageBytes = async (name: string): Promise<number> => {
  const { host, repository, tag, digest } = parseImageReference(name)
  const client = createRegistryClient({ host, credentials: async () => null, retry, environment: null })
  const first = await fetchJson(client, { repository, reference: digest ?? tag ?? 'latest' })
  const { data: index } = indexSchema.safeParse(first)
  const fitting = index?.manifests.find(({ platform }) => platform?.architecture === architectures[process.arch])
  if (index !== undefined && fitting === undefined) throw new Error(`${name} is not for ${process.arch}`)
  const manifest = fitting === undefined ? first : await fetchJson(client, { repository, reference: fitting.digest })
  const { config, layers } = manifestSchema.parse(manifest)
  return [config, ...layers].reduce((sum, { size }) => sum + size, 0)
}

/** Takes an image out of a registry, for a release whose image does not exist. Throws where the registry keeps it. */
export const removeImage = async (name: string): Promise<void> => {
  const { host, repository, digest } = parseImageReference(name)
  const { status } = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })
  if (status !== 202) throw new Error(`the registry answered ${status} when ${name} was to be removed`)
}
