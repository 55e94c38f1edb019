import { ShopctlError } from '../../errors/shopctl-error.ts'
import { architectureOf } from '../engine/local-engine.ts'
import { imageArchive, type NamedLayout } from './image-archive.ts'
import { askNode, type KindNode, nodeFailed } from './kind-node.ts'
import { contentCall, imagesCall, importCall, machineCall, parseContent, parseImages } from './node-calls.ts'

const incomplete = (node: string, references: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'NODE_LOST_IMAGE',
    outcome: 'refused',
    what: `${node} took the images and does not have them whole; nothing was changed for users.`,
    why: references,
    fix: ['export SHOPCTL_REGISTRY=localhost:5000'],
  })

const otherArchitecture = (node: string, architecture: string, references: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_OTHER_ARCHITECTURE',
    outcome: 'refused',
    what: `${node} runs ${architecture}, and there is no image for that; nothing was changed for users.`,
    why: references.map((reference) => `${reference} stands on a base of another architecture`),
    fix: ['unset SHOPCTL_BASE_IMAGE'],
  })

/** References of our images that a node can start a container of. */
export const fetchNodeImages = async (node: KindNode, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const answer = await node.run({ words: imagesCall, input: null }, signal)
  // One broken image makes ctr end badly, after it has told of all of them.
  const told = answer.exitCode === 0 || answer.stdout.startsWith('REF')
  if (!told) throw nodeFailed(node.name, imagesCall, answer)
  return new Set(parseImages(answer.stdout))
}

const absentIn = async (node: KindNode, images: readonly NamedLayout[], signal: AbortSignal) => {
  const there = await fetchNodeImages(node, signal)
  return images.filter(({ reference }) => !there.has(reference))
}

/**
 * Puts images into a node, under the names that manifests have for them; what it has already is not sent. Answers the
 * bytes that were, or null where nothing was. Throws NODE_NOT_KIND, NODE_REFUSED_IMAGE, NODE_LOST_IMAGE,
 * IMAGE_OTHER_ARCHITECTURE or ENGINE_FAILED (all refused).
 */
export const loadIntoNode = async (
  node: KindNode,
  { images, signal }: { readonly images: readonly NamedLayout[]; readonly signal: AbortSignal },
): Promise<number | null> => {
  const absent = await absentIn(node, images, signal)
  if (absent.length === 0) return null
  const machine = await askNode(node, { words: machineCall, input: null }, signal)
  const architecture = architectureOf(machine.trim())
  const has = parseContent(await askNode(node, { words: contentCall, input: null }, signal))
  const { stream, bytes, otherArchitecture: other } = await imageArchive(absent, { architecture, has })
  if (other.length > 0) {
    stream.destroy()
    throw otherArchitecture(node.name, architecture, other)
  }
  await askNode(node, { words: importCall(architecture), input: stream }, signal)
  // What the node had may have been removed just then: an import does not look at what it was not sent.
  const lost = await absentIn(node, images, signal)
  if (lost.length > 0)
    throw incomplete(
      node.name,
      lost.map(({ reference }) => reference),
    )
  return bytes
}
