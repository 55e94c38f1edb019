import { nameOf } from './kinds.ts'
import type { ListRequest, ObjectReference } from './kube-client.ts'
import type { Answer } from './kube-exchange.ts'
import { type Asked, kubeRefusal } from './kube-refusal.ts'
import { parseKubeStatus } from './kube-status.ts'

export const askedOf = (verb: string, reference: ObjectReference): Asked => ({
  verb,
  thing: nameOf(reference),
  kind: reference.kind,
  name: reference.name,
  namespace: reference.namespace,
})

/** StorageClasses, NetworkPolicies, Pods. */
const plural = (kind: string): string => `${kind.replace(/s$/, 'se').replace(/y$/, 'ie')}s`

export const askedOfAll = (verb: string, { kind, namespace }: ListRequest): Asked => ({
  verb,
  thing: namespace === null ? plural(kind) : `${plural(kind)} in ${namespace}`,
  kind,
  name: null,
  namespace,
})

/** As the sentence of an error or an interruption names it. */
export const doingOf = ({ verb, thing }: Asked): string => `${verb} ${thing}`

/** The body of a good answer; throws the refusal that any other is. */
export const bodyOf = (answer: Answer, asked: Asked, context: string): string => {
  if (answer.status >= 200 && answer.status < 300) return answer.body
  throw kubeRefusal(parseKubeStatus(answer.status, answer.body), asked, context)
}

/** `AlreadyExists` or `Conflict`, which have one status code; empty for every other answer. */
export const conflictReason = (answer: Answer): string =>
  answer.status === 409 ? parseKubeStatus(answer.status, answer.body).reason : ''
