import { collectionPath, objectPath } from './kinds.ts'
import { askedOf, bodyOf, conflictReason, doingOf } from './kube-answers.ts'
import type { ApplyRequest, KubeObject, ObjectReference } from './kube-client.ts'
import type { Exchange } from './kube-exchange.ts'
import { type Asked, conflictRefusal } from './kube-refusal.ts'
import type { KubeRequests } from './kube-requests.ts'
import { parseKubeStatus } from './kube-status.ts'
import { fieldManager } from './managed-fields.ts'
import { type MarkedObject, markWrite } from './mark-write.ts'
import { referenceOf } from './object-reference.ts'
import { parseKubeObject } from './parse-kube-object.ts'
import { readObject } from './read-objects.ts'

type Write = { readonly exchange: Exchange; readonly marked: MarkedObject; readonly asked: Asked }

/** Null where another writer came first: also where a first try of ours did it, whose answer was lost, it is ours. */
const writeOnce = async (
  requests: KubeRequests,
  { exchange, marked, asked }: Write,
  signal: AbortSignal,
): Promise<KubeObject | null> => {
  const { answer, before } = await requests.send({ ...exchange, body: marked.object }, doingOf(asked), signal)
  const isTaken = conflictReason(answer) !== '' || (exchange.method === 'PUT' && answer.status === 404)
  if (!isTaken) return parseKubeObject(bodyOf(answer, asked, requests.place.context))
  if (before === 'nothing') return null
  const found = await readObject(requests, referenceOf(marked.object), signal)
  return found !== null && marked.isIn(found) ? found : null
}

export const createObject = (requests: KubeRequests, object: KubeObject, signal: AbortSignal) => {
  const reference = referenceOf(object)
  const query = { fieldManager, fieldValidation: 'Strict' }
  const exchange: Exchange = { method: 'POST', path: collectionPath(reference), query }
  return writeOnce(requests, { exchange, marked: markWrite(object), asked: askedOf('create', reference) }, signal)
}

export const replaceObject = (requests: KubeRequests, object: KubeObject, signal: AbortSignal) => {
  const reference = referenceOf(object)
  const query = { fieldManager, fieldValidation: 'Strict' }
  const exchange: Exchange = { method: 'PUT', path: objectPath(reference), query }
  return writeOnce(requests, { exchange, marked: markWrite(object), asked: askedOf('update', reference) }, signal)
}

export const applyObject = async (
  requests: KubeRequests,
  { object, conflicts, mode }: ApplyRequest,
  signal: AbortSignal,
): Promise<KubeObject> => {
  const reference = referenceOf(object)
  const asked = askedOf('apply', reference)
  const exchange: Exchange = {
    method: 'PATCH',
    path: objectPath(reference),
    query: {
      fieldManager,
      fieldValidation: 'Strict',
      force: conflicts === 'take' ? 'true' : 'false',
      dryRun: mode === 'dry-run' ? 'All' : undefined,
    },
    body: object,
    contentType: 'application/apply-patch+yaml',
  }
  const { answer } = await requests.send(exchange, doingOf(asked), signal)
  const { context } = requests.place
  if (conflictReason(answer) === 'Conflict')
    throw conflictRefusal(parseKubeStatus(answer.status, answer.body), asked, context)
  return parseKubeObject(bodyOf(answer, asked, context))
}

export type Change = { readonly body: unknown; readonly subresource?: string; readonly fieldManager?: string }

export const patchObject = async (
  requests: KubeRequests,
  { reference, change }: { readonly reference: ObjectReference; readonly change: Change },
  signal: AbortSignal,
): Promise<KubeObject> => {
  const asked = askedOf('patch', reference)
  const part = change.subresource === undefined ? '' : `/${change.subresource}`
  const exchange: Exchange = {
    method: 'PATCH',
    path: `${objectPath(reference)}${part}`,
    query: { fieldManager: change.fieldManager ?? fieldManager },
    body: change.body,
    contentType:
      change.subresource === 'scale' ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json',
  }
  const { answer } = await requests.send(exchange, doingOf(asked), signal)
  return parseKubeObject(bodyOf(answer, asked, requests.place.context))
}
