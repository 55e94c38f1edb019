import type { V1Volume } from '@kubernetes/client-node'
import type { RenderedFile } from '../../observability/rendered-file.ts'
import { contentHash } from '../content-hash.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { addOnLabels } from './add-on-labels.ts'
import type { AddOnGroup } from './add-on-request.ts'

type Files = {
  readonly group: AddOnGroup
  readonly namespace: string
  /** Whose files they are. */
  readonly owner: string
  /** Below the folder that the volume is mounted at. */
  readonly files: readonly RenderedFile[]
}

/** A ConfigMap takes a mebibyte, and etcd no much larger request. */
const mostBytes = 700_000

/** A key has no slashes; no rendered path has two dots in a row. */
const keyOf = ({ path }: RenderedFile): string => path.replaceAll('/', '..')

const split = (files: readonly RenderedFile[]): readonly (readonly RenderedFile[])[] => {
  const parts: RenderedFile[][] = [[]]
  let bytes = 0
  for (const file of files) {
    const size = Buffer.byteLength(file.text)
    if (bytes > 0 && bytes + size > mostBytes) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(file)
    bytes += size
  }
  return parts
}

const configMap = ({ group, namespace, owner }: Files, files: readonly RenderedFile[]) => {
  const data = Object.fromEntries(files.map((file) => [keyOf(file), file.text]))
  const name = `${owner}-files-${contentHash(Object.entries(data).sort())}`
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: addOnLabels(group, owner) },
    immutable: true,
    data,
  } satisfies KubernetesObject
}

/** ConfigMaps named by their content, so that another file is another pod; and the volume that shows them as files. */
export const fileConfigMaps = (
  request: Files,
  volume: string,
): { objects: readonly KubernetesObject[]; volume: V1Volume } => {
  const made = split(request.files).map((files) => ({ files, object: configMap(request, files) }))
  return {
    objects: made.map(({ object }) => object),
    volume: {
      name: volume,
      projected: {
        sources: made.map(({ files, object }) => ({
          configMap: {
            name: object.metadata.name,
            items: files.map((file) => ({ key: keyOf(file), path: file.path })),
          },
        })),
      },
    },
  }
}

/** Those below a folder, by their path below it. Without any there is nothing that the program could run with. */
export const filesBelow = (files: readonly RenderedFile[], folder: string): readonly RenderedFile[] => {
  const found = files
    .filter(({ path }) => path.startsWith(folder))
    .map(({ path, text }) => ({ path: path.slice(folder.length), text }))
  if (found.length === 0) throw new Error(`observability/ renders nothing below ${folder}`)
  return found
}
