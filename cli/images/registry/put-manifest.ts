import type { Content } from '../assemble/content.ts'
import { parseRefusal } from './refusal-words.ts'
import { contentDamaged, registryRefused, tagTaken } from './registry-failures.ts'
import type { RegistryTransport } from './registry-transport.ts'
import type { ManifestPlace, RegistryClient } from './registry-types.ts'

type Put = {
  readonly transport: RegistryTransport
  readonly place: ManifestPlace & { readonly content: Content }
  readonly signal: AbortSignal
}

/** True where the name is this content's already. */
const isThere = async (client: RegistryClient, { place, signal }: Put): Promise<boolean> => {
  const { repository, reference, content } = place
  const found = await client.findManifest({ repository, reference }, signal)
  if (found === null) return false
  const wanted = content.descriptor.digest
  if (found.digest === wanted) return true
  const name = `${client.host}/${repository}:${reference}`
  if (reference.startsWith('sha256:')) throw contentDamaged(name, { wanted, found: found.digest })
  throw tagTaken(name, { wanted, found: found.digest })
}

export const putManifest = async (client: RegistryClient, put: Put): Promise<void> => {
  if (await isThere(client, put)) return
  const { transport, place, signal } = put
  const { repository, reference, content } = place
  const answer = await transport.ask(
    {
      method: 'PUT',
      path: `/v2/${repository}/manifests/${reference}`,
      headers: { 'content-type': content.descriptor.mediaType },
      body: new Blob([new Uint8Array(content.bytes)]),
      scopes: [`repository:${repository}:pull,push`],
    },
    signal,
  )
  // Where tags are immutable, somebody who was faster has taken it: what is there decides, not the registry's words.
  const isAccepted = answer.status === 201 || answer.status === 200
  if (!isAccepted && !(await isThere(client, put))) {
    throw registryRefused(transport.host, parseRefusal(answer, `PUT ${repository}:${reference}`))
  }
  await client.fetchManifest({ repository, reference: content.descriptor.digest }, signal)
  if (!(await isThere(client, put))) {
    const wanted = content.descriptor.digest
    throw contentDamaged(`${transport.host}/${repository}:${reference}`, { wanted, found: 'nothing' })
  }
}
