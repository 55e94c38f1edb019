import type { KubeObject, ObjectReference } from './kube-client.ts'

export const referenceOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace ?? null,
})

/** As people name it: `Deployment orders`. */
export const describeObject = ({ kind, name }: Pick<ObjectReference, 'kind' | 'name'>): string => `${kind} ${name}`

/** Equal for two references to one object, whatever version of its API they name. */
export const objectKey = ({ apiVersion, kind, name, namespace }: ObjectReference): string => {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return [group, kind, namespace ?? '', name].join('/')
}
