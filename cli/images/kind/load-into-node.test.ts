import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assembleImage } from '../assemble/assemble-image.ts'
import { contentOfImage, writeLayout } from '../oci-layout.ts'
import { aBase, someFacts } from '../testing/a-base.ts'
import type { NamedLayout } from './image-archive.ts'
import type { KindNode } from './kind-node.ts'
import { loadIntoNode } from './load-into-node.ts'

let home = ''
let edge: NamedLayout
let users: NamedLayout
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kind-load-'))
  edge = await named('edge', 'amd64', 'arm64')
  users = await named('user-management', 'amd64', 'arm64')
})
afterAll(() => rm(home, { recursive: true }))

const layerText = (digest: string) => `layer ${digest}`.padEnd(1000)

const named = async (name: string, ...architectures: readonly string[]): Promise<NamedLayout> => {
  const image = assembleImage(Buffer.from(name), { base: aBase(...architectures), facts: someFacts })
  const layerFile = async ({ digest }: { readonly digest: string }) => {
    const file = join(home, digest.replace(':', '-'))
    await writeFile(file, layerText(digest))
    return file
  }
  const layoutDirectory = await writeLayout({ image: contentOfImage(image), directory: home, layerFile })
  return { reference: `kind.invalid/${name}@${image.root.descriptor.digest}`, layoutDirectory }
}

const filesIn = async (input: Readable): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>()
  const archive = extract()
  Readable.from(input).pipe(archive)
  for await (const entry of archive) {
    files.set(entry.header.name, (await buffer(entry)).toString())
  }
  return files
}

type Script = { readonly machine?: string; readonly content?: readonly string[]; readonly takes?: 'all' | 'nothing' }

/** A node that answers as ctr does, and remembers what it was sent. */
const aNode = ({ machine = 'x86_64', content = [], takes = 'all' }: Script = {}) => {
  const calls: string[] = []
  const images = new Set<string>()
  let archive: ReadonlyMap<string, string> = new Map()
  const answerOf = async (line: string, input: Readable | null): Promise<string> => {
    if (line.includes(' check ')) return [...images].map((one) => `${one} type digest complete (3/3)`).join('\n')
    if (line.includes(' content ')) return content.join('\n')
    if (line === 'uname -m') return `${machine}\n`
    if (input === null) throw new Error(`nobody planned ${line}`)
    archive = await filesIn(input)
    const { manifests } = JSON.parse(archive.get('index.json') ?? '{}')
    if (takes === 'all') for (const { annotations } of manifests) images.add(annotations['io.containerd.image.name'])
    return ''
  }
  const node: KindNode = {
    name: 'shop-worker',
    run: async ({ words, input }) => {
      const line = words.join(' ')
      calls.push(line.replace('ctr --namespace=k8s.io ', ''))
      return { exitCode: 0, stdout: await answerOf(line, input), stderr: '' }
    },
  }
  return { node, calls, sent: () => archive }
}
const load = (node: KindNode, ...images: readonly NamedLayout[]) =>
  loadIntoNode(node, { images, signal: AbortSignal.timeout(10_000) })
const digests = (files: ReadonlyMap<string, string>) => [...files.keys()].filter((name) => name.startsWith('blobs/'))

test('images are sent once, each blob once, under the names that manifests have for them', async () => {
  const { node, calls, sent } = aNode()
  expect(await load(node, edge, users)).toBeGreaterThan(1000)
  const { manifests } = JSON.parse(sent().get('index.json') ?? '')
  expect(manifests).toMatchObject([
    { digest: edge.reference.split('@')[1], annotations: { 'io.containerd.image.name': edge.reference } },
    { digest: users.reference.split('@')[1], annotations: { 'io.containerd.image.name': users.reference } },
  ])
  // Of each: index, manifest, config, own layer; the base's layer is shared.
  expect(digests(sent())).toHaveLength(4 + 4 + 1)
  expect(new Set(digests(sent())).size).toBe(digests(sent()).length)
  calls.length = 0
  expect(await load(node, edge, users)).toBeNull()
  expect(calls).toEqual(['images check name~=^kind.invalid/'])
})

test('the machine of the node decides which platform is sent', async () => {
  const { node, calls, sent } = aNode({ machine: 'aarch64' })
  await load(node, edge)
  expect(calls).toContain('images import --no-unpack --platform linux/arm64 -')
  const index = await readFile(join(edge.layoutDirectory, 'index.json'), 'utf8')
  const root = JSON.parse(index).manifests[0].digest.replace('sha256:', '')
  expect(sent().get(`blobs/sha256/${root}`)).toBe(
    await readFile(join(edge.layoutDirectory, 'blobs', 'sha256', root), 'utf8'),
  )
  const layers = [...sent().values()].filter((text) => text.startsWith('layer '))
  const expected = aBase('arm64').platforms[0]?.manifest.layers[0]?.digest ?? ''
  expect(layers).toEqual([layerText(expected)])
})

test('a layer that the node has is not sent again', async () => {
  const layer = aBase('amd64').platforms[0]?.manifest.layers[0]?.digest ?? ''
  const { node, sent } = aNode({ content: [layer] })
  await load(node, edge)
  expect(digests(sent())).toHaveLength(4)
  expect(digests(sent())).not.toContain(`blobs/sha256/${layer.slice(7)}`)
})

test('an image that was not built for the node’s machine is refused, and nothing is sent', async () => {
  const { node, calls } = aNode({ machine: 'riscv64' })
  await expect(load(node, edge)).rejects.toMatchObject({
    code: 'IMAGE_OTHER_ARCHITECTURE',
    outcome: 'refused',
    why: [`${edge.reference} stands on a base of another architecture`],
  })
  expect(calls.some((call) => call.includes('import'))).toBe(false)
})

test('an import that says nothing and leaves nothing is found out', async () => {
  const { node } = aNode({ takes: 'nothing' })
  await expect(load(node, edge)).rejects.toMatchObject({ code: 'NODE_LOST_IMAGE', why: [edge.reference] })
})

test.each([
  [126, '', 'OCI runtime exec failed: exec: "ctr": executable file not found in $PATH', 'NODE_NOT_KIND', 'has no ctr'],
  [1, 'ctr: no space left on device', '', 'NODE_REFUSED_IMAGE', 'ctr failed in shop-worker'],
])('exit code %i of ctr is told in its words', async (exitCode, stderr, stdout, code, what) => {
  const node: KindNode = { name: 'shop-worker', run: async () => ({ exitCode, stdout, stderr }) }
  await expect(load(node, edge)).rejects.toMatchObject({
    code,
    outcome: 'refused',
    message: expect.stringContaining(what),
    why: expect.arrayContaining([`${stderr}${stdout}`]),
  })
})

test('one broken image in a node does not hide the others', async () => {
  const { node, calls } = aNode()
  await load(node, edge)
  const answer = async (call: Parameters<KindNode['run']>[0], signal: AbortSignal) => {
    const { stdout } = await node.run(call, signal)
    return {
      exitCode: 1,
      stdout: `REF TYPE DIGEST STATUS\n${stdout}`,
      stderr: 'ctr: unable to check unpack: not found',
    }
  }
  calls.length = 0
  expect(await load({ name: node.name, run: answer }, edge)).toBeNull()
  expect(calls).toHaveLength(1)
})
