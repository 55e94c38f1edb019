import { objectPath } from './kinds.ts'
import { askedOf, bodyOf, doingOf } from './kube-answers.ts'
import type { DeletePreconditions, ObjectReference } from './kube-client.ts'
import type { Exchange } from './kube-exchange.ts'
import type { KubeRequests } from './kube-requests.ts'
import { readObject } from './read-objects.ts'

/**
 * Asks first which object it is that goes: a deletion whose answer was lost is asked for again, and by then somebody
 * may have made another of the same name.
 */
const preconditionsOf = async (
  requests: KubeRequests,
  { uid, resourceVersion, ...reference }: ObjectReference & DeletePreconditions,
  signal: AbortSignal,
): Promise<DeletePreconditions | null> => {
  if (uid !== undefined) return { uid, resourceVersion }
  const found = await readObject(requests, reference, signal)
  return found === null ? null : { uid: found.metadata.uid, resourceVersion }
}

export const deleteObject = async (
  requests: KubeRequests,
  reference: ObjectReference & DeletePreconditions,
  signal: AbortSignal,
): Promise<boolean> => {
  const preconditions = await preconditionsOf(requests, reference, signal)
  if (preconditions === null) return false
  const asked = askedOf('delete', reference)
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions }
  const exchange: Exchange = { method: 'DELETE', path: objectPath(reference), body }
  const { answer, before } = await requests.send(exchange, doingOf(asked), signal)
  // It is gone, or another one: where a try before got no answer, that one deleted it.
  if (answer.status === 404 || answer.status === 409) return before === 'unclear'
  bodyOf(answer, asked, requests.place.context)
  return true
}
