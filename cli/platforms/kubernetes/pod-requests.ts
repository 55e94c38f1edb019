import { answerLines } from './answer-lines.ts'
import { objectPath } from './kinds.ts'
import { askedOf, bodyOf, doingOf } from './kube-answers.ts'
import type { LogsRequest, ObjectReference } from './kube-client.ts'
import { type Exchange, readAnswer } from './kube-exchange.ts'
import type { KubeRequests } from './kube-requests.ts'
import { parseKubeStatus } from './kube-status.ts'
import { networkWords, unreachable } from './network-failure.ts'

export type PodPort = { readonly namespace: string; readonly pod: string; readonly port: number }

const podOf = ({ namespace, pod }: { readonly namespace: string; readonly pod: string }): ObjectReference => ({
  apiVersion: 'v1',
  kind: 'Pod',
  name: pod,
  namespace,
})

const logExchange = (request: LogsRequest, follow: 'follow' | 'once'): Exchange => ({
  method: 'GET',
  path: `${objectPath(podOf(request))}/log`,
  query: {
    container: request.container,
    previous: request.previous === undefined ? undefined : 'true',
    tailLines: request.tailLines?.toString(),
    limitBytes: request.limitBytes?.toString(),
    timestamps: request.timestamps === undefined ? undefined : 'true',
    follow: follow === 'follow' ? 'true' : undefined,
  },
  statuses: 'as-they-are',
})

export const readLogs = async (requests: KubeRequests, request: LogsRequest, signal: AbortSignal): Promise<string> => {
  const asked = askedOf('read the log of', podOf(request))
  const { answer } = await requests.send(logExchange(request, 'once'), doingOf(asked), signal)
  return bodyOf(answer, asked, requests.place.context)
}

/** Line by line until the container ends or the signal aborts. */
export async function* followLogs(
  requests: KubeRequests,
  request: LogsRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const asked = askedOf('follow the log of', podOf(request))
  const { silentSeconds } = requests.patience
  const cut = (cause: unknown) =>
    unreachable(networkWords(cause), { ...requests.place, doing: doingOf(asked), seconds: silentSeconds, cause })
  const answer = await requests.open(logExchange(request, 'follow'), signal).catch((error: unknown) => {
    if (signal.aborted) return null
    throw cut(error)
  })
  if (answer === null) return
  if (answer.statusCode !== 200) {
    const no = await readAnswer(answer, silentSeconds)
    // A node that does not answer for the moment; what is refused is refused for good.
    if (no.status === 429 || no.status >= 500) throw cut(new Error(parseKubeStatus(no.status, no.body).message))
    bodyOf(no, asked, requests.place.context)
  }
  try {
    yield* answerLines(answer)
  } catch (error) {
    if (!signal.aborted) throw cut(error)
  }
}

export const askPod = async (
  requests: KubeRequests,
  request: PodPort & { readonly path: string },
  signal: AbortSignal,
) => {
  const pod = podOf(request)
  const path = `${objectPath(pod)}:${request.port}/proxy/${request.path.replace(/^\//, '')}`
  const doing = doingOf(askedOf('ask', pod))
  const { answer } = await requests.send({ method: 'GET', path, statuses: 'as-they-are' }, doing, signal)
  return { status: answer.status, body: answer.body }
}
