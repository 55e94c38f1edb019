import { randomUUID } from 'node:crypto'
import type { KubeObject } from './kube-client.ts'

/** Shows after a lost answer which request wrote an object. */
const requestAnnotation = 'shopctl.dev/request'

export type MarkedObject = { readonly object: KubeObject; readonly isIn: (found: KubeObject) => boolean }

/** The object with a mark of this one write, which tells it from the same write by another shopctl. */
export const markWrite = (object: KubeObject): MarkedObject => {
  const id = randomUUID()
  const annotations = { ...object.metadata.annotations, [requestAnnotation]: id }
  return {
    object: { ...object, metadata: { ...object.metadata, annotations } },
    isIn: (found) => found.metadata.annotations?.[requestAnnotation] === id,
  }
}
