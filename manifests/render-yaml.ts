import { stringify } from 'yaml'
import type { KubernetesObject } from './kubernetes-object.ts'

/** Before everything else, in the order in which people read an object; the rest as it was made. */
const first = ['apiVersion', 'kind', 'metadata']

const ordered = (object: KubernetesObject): object => {
  const rest = Object.keys(object).filter((key) => !first.includes(key))
  return Object.fromEntries([...first, ...rest].map((key) => [key, object[key]]))
}

/** One document each. The same objects, the same text. */
export const renderYaml = (objects: readonly KubernetesObject[]): string =>
  // Aliases are YAML that many readers of manifests do not know.
  objects.map((object) => `---\n${stringify(ordered(object), { aliasDuplicateObjects: false, lineWidth: 0 })}`).join('')
