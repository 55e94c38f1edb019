import { collectionPath, objectPath } from './kinds.ts'
import { askedOf, askedOfAll, bodyOf, doingOf } from './kube-answers.ts'
import type { KubeList, KubeObject, ListRequest, ObjectReference } from './kube-client.ts'
import type { Exchange } from './kube-exchange.ts'
import type { KubeRequests } from './kube-requests.ts'
import { type KubePage, parseKubeObject, parseKubePage } from './parse-kube-object.ts'

const pageSize = 500

export const readObject = async (
  requests: KubeRequests,
  reference: ObjectReference,
  signal: AbortSignal,
): Promise<KubeObject | null> => {
  const asked = askedOf('get', reference)
  const { answer } = await requests.send({ method: 'GET', path: objectPath(reference) }, doingOf(asked), signal)
  if (answer.status === 404) return null
  return parseKubeObject(bodyOf(answer, asked, requests.place.context))
}

type Part = { readonly limit?: string; readonly continue?: string }

const listPart = async (
  requests: KubeRequests,
  { request, part }: { readonly request: ListRequest; readonly part: Part },
  signal: AbortSignal,
): Promise<KubePage | null> => {
  const { labelSelector, fieldSelector } = request
  const asked = askedOfAll('list', request)
  const exchange: Exchange = {
    method: 'GET',
    path: collectionPath(request),
    query: { labelSelector, fieldSelector, ...part },
  }
  const { answer } = await requests.send(exchange, doingOf(asked), signal)
  if (answer.status === 410 && part.continue !== undefined) return null
  return parseKubePage(bodyOf(answer, asked, requests.place.context), request)
}

const nothing: KubePage = { items: [], resourceVersion: '', next: '' }

export const listObjects = async (
  requests: KubeRequests,
  request: ListRequest,
  signal: AbortSignal,
): Promise<KubeList> => {
  const page = (part: Part) => listPart(requests, { request, part }, signal)
  const first = (await page({ limit: String(pageSize) })) ?? nothing
  const items = [...first.items]
  for (let { next } = first; next !== ''; ) {
    const more = await page({ limit: String(pageSize), continue: next })
    // The state that the pages are cut from is compacted away; all at once cannot expire.
    if (more === null) return (await page({})) ?? nothing
    items.push(...more.items)
    next = more.next
  }
  return { items, resourceVersion: first.resourceVersion }
}
