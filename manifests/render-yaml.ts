import { stringify } from 'yaml'
import type { KubernetesObject } from './kubernetes-object.ts'

/** Before everything else, in the order in which people read an object; the rest as it was made. */
const first = ['apiVersion', 'kind', 'metadata']

const ordered = (object: KubernetesObject): object => {
  const rest = Object.keys(object).filter((key) => !first.includes(key))
  return Object.fromEntries([...first, ...rest].map((key) => [key, object[key]]))
}

/** YAML 1.1 is what kubectl reads, where a bare `no` is false. Aliases many readers of manifests do not know. */
const options = { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const

/** One document each. The same objects, the same text. */
export const renderYaml = (objects: readonly KubernetesObject[]): string =>
  objects.map((object) => `---\n${stringify(ordered(object), options)}`).join('')
