import { collectionPath } from '../../platforms/kubernetes/kinds.ts'
import { askedOf, bodyOf, doingOf } from '../../platforms/kubernetes/kube-answers.ts'
import type { KubeClient, KubeObject, ObjectReference } from '../../platforms/kubernetes/kube-client.ts'
import { createKubeConnection } from '../../platforms/kubernetes/kube-connection.ts'
import { defaultPatience, KubeRequests } from '../../platforms/kubernetes/kube-requests.ts'
import { loadKubeconfig } from '../../platforms/kubernetes/load-kubeconfig.ts'
import { referenceOf } from '../../platforms/kubernetes/object-reference.ts'

export type ForeignHand = {
  readonly manager: string
  create(object: KubeObject): Promise<void>
  edit(reference: ObjectReference, body: unknown): Promise<void>
  scale(reference: ObjectReference, replicas: number): Promise<void>
  remove(reference: ObjectReference): Promise<void>
}

const deadline = () => AbortSignal.timeout(30_000)

/** Somebody with kubectl, whom the API server notes as the manager of what they write. */
export const openForeignHand = async (kube: KubeClient, manager: string): Promise<ForeignHand> => {
  const connection = await createKubeConnection(() => loadKubeconfig({ context: null, environment: process.env }))
  const requests = new KubeRequests(connection, defaultPatience)
  return {
    manager,
    async create(object) {
      const reference = referenceOf(object)
      const asked = askedOf('create', reference)
      const path = collectionPath(reference)
      const exchange = { method: 'POST' as const, path, query: { fieldManager: manager }, body: object }
      const { answer } = await requests.send(exchange, doingOf(asked), deadline())
      bodyOf(answer, asked, connection.context)
    },
    async edit(reference, body) {
      await kube.patch(reference, { body, fieldManager: manager }, deadline())
    },
    async scale(reference, replicas) {
      const change = { body: { spec: { replicas } }, subresource: 'scale', fieldManager: manager }
      await kube.patch(reference, change, deadline())
    },
    async remove(reference) {
      await kube.delete(reference, deadline())
    },
  }
}
