import type { IncomingMessage } from 'node:http'
import { answerLines } from './answer-lines.ts'
import { collectionPath } from './kinds.ts'
import { askedOfAll } from './kube-answers.ts'
import { type WatchEvent, WatchExpired, type WatchRequest } from './kube-client.ts'
import { type Exchange, readAnswer } from './kube-exchange.ts'
import { kubeRefusal } from './kube-refusal.ts'
import type { KubeRequests } from './kube-requests.ts'
import { type KubeStatus, kubeStatusOf, parseKubeStatus } from './kube-status.ts'
import { parseWatchLine } from './parse-kube-object.ts'

/** The server has no watch for us at the moment; opened again it may have. */
export class WatchFailed extends Error {
  override readonly name = 'WatchFailed'
  readonly afterSeconds: number

  constructor({ message, details }: KubeStatus) {
    super(message)
    this.afterSeconds = details.retryAfterSeconds ?? 0
  }
}

const exchangeOf = (request: WatchRequest): Exchange => {
  const { labelSelector, fieldSelector, resourceVersion } = request
  const timeoutSeconds = request.timeoutSeconds?.toString()
  const selected = { labelSelector, fieldSelector, resourceVersion, timeoutSeconds }
  const query = { ...selected, watch: 'true', allowWatchBookmarks: 'true' }
  return { method: 'GET', path: collectionPath(request), query }
}

const failureOf = (status: KubeStatus, request: WatchRequest, context: string): Error => {
  if (status.code === 410) return new WatchExpired(status.message)
  if (status.code === 429 || status.code >= 500) return new WatchFailed(status)
  return kubeRefusal(status, askedOfAll('watch', request), context)
}

const openWatch = async (requests: KubeRequests, request: WatchRequest, signal: AbortSignal) => {
  const { silentSeconds } = requests.patience
  const answer: IncomingMessage = await requests.open(exchangeOf(request), signal)
  if (answer.statusCode === 200) return answer
  const { status, body } = await readAnswer(answer, silentSeconds)
  throw failureOf(parseKubeStatus(status, body), request, requests.place.context)
}

/** Beside the network's errors and WatchExpired throws WatchFailed, and refusals as every request does. */
export async function* watchObjects(
  requests: KubeRequests,
  request: WatchRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const answer = await openWatch(requests, request, signal)
  yield { type: 'BOOKMARK', resourceVersion: request.resourceVersion }
  for await (const line of answerLines(answer)) {
    const event = parseWatchLine(line)
    if (event.type !== 'ERROR') yield event
    else throw failureOf(kubeStatusOf(event.status), request, requests.place.context)
  }
}
