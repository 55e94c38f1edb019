import { z } from 'zod'
import { bodyOf, doingOf } from './kube-answers.ts'
import type { Exchange } from './kube-exchange.ts'
import type { KubeRequests } from './kube-requests.ts'

const version = z.object({ gitVersion: z.string() })
const review = z.object({ status: z.object({ allowed: z.boolean() }) })

export const askVersion = async (requests: KubeRequests, signal: AbortSignal) => {
  const asked = { verb: 'read', thing: 'its version', kind: 'version', name: null, namespace: null }
  const { answer } = await requests.send({ method: 'GET', path: '/version' }, doingOf(asked), signal)
  const { gitVersion } = version.parse(JSON.parse(bodyOf(answer, asked, requests.place.context)))
  const { date } = answer.headers
  return { gitVersion, serverTime: date === undefined ? null : new Date(date) }
}

export type Access = {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace: string | null
}

export const askAccess = async (
  requests: KubeRequests,
  { namespace, ...attributes }: Access,
  signal: AbortSignal,
): Promise<boolean> => {
  const kind = 'SelfSubjectAccessReview'
  const resourceAttributes = { ...attributes, ...(namespace === null ? {} : { namespace }) }
  const exchange: Exchange = {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind, spec: { resourceAttributes } },
  }
  const asked = { verb: 'create', thing: kind, kind, name: null, namespace: null }
  const { answer } = await requests.send(exchange, doingOf(asked), signal)
  return review.parse(JSON.parse(bodyOf(answer, asked, requests.place.context))).status.allowed
}
