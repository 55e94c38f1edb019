import { askReadiness } from './ask-readiness.ts'
import { type EventFindings, eventFindings, parseEvent } from './event-facts.ts'
import type { KubeClient } from './kube-client.ts'
import { fetchMissingSettings } from './missing-settings.ts'
import type { PodFindings } from './pod-observation.ts'
import type { ServiceRollout } from './service-rollout.ts'

const betweenRoundsMilliseconds = 2_000
/** A container that is being created, and one that starts, are first given this long to do so. */
const patienceMilliseconds = 2_000
const answerMilliseconds = 3_000

type Asked = ReturnType<ServiceRollout['troubled']>[number]

type QuestionsRequest = {
  readonly client: Pick<KubeClient, 'list' | 'read' | 'askPod'>
  readonly namespace: string
  readonly signal: AbortSignal
  readonly answered: () => void
}

const fetchEvents = async (uid: string, { client, namespace }: QuestionsRequest, signal: AbortSignal) => {
  const fieldSelector = `involvedObject.uid=${uid}`
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Event', namespace, fieldSelector }, signal)
  return eventFindings(items.flatMap((item) => parseEvent(item) ?? []))
}

const fetchFindings = async (
  { pod, observation, findings }: Asked,
  request: QuestionsRequest,
): Promise<Partial<PodFindings>> => {
  const { client, namespace } = request
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(answerMilliseconds)])
  const asksReadiness = observation.state === 'running' && !observation.ready
  const [events, answer] = await Promise.all([
    fetchEvents(pod.uid, request, signal).catch((): EventFindings | null => findings.events),
    asksReadiness ? askReadiness({ client, namespace, pod, signal }) : null,
  ])
  const stuck = observation.state === 'waiting' || events?.notCreated !== null
  const missing =
    stuck && !pod.containers.some(({ running }) => running)
      ? await fetchMissingSettings({ client, namespace, references: pod.settings, signal })
      : []
  return { events, answer: answer?.kind === 'failed' ? answer.words : null, missing }
}

/** A final reason needs no more words; a pod that is new is given time to say more by itself. */
const isWorthAsking = ({ observation, history }: Asked, now: number): boolean => {
  const { state, reason } = observation
  if (state === 'waiting')
    return reason === 'CreateContainerConfigError' || now - history.firstSeenAt > patienceMilliseconds
  if (state === 'exited') return true
  return now - (history.startedAt ?? history.firstSeenAt) > patienceMilliseconds
}

/**
 * Asks what the pods themselves do not say: their events, their probe's answer, whether their settings are there. One pod
 * of each service at a time, the oldest that is not well, so that what is asked does not grow with the number of pods.
 */
export const createRolloutQuestions = (request: QuestionsRequest) => {
  const nextAt = new Map<string, number>()

  const ask = async (rollout: ServiceRollout, asked: Asked): Promise<void> => {
    const findings = await fetchFindings(asked, request).catch(() => null)
    nextAt.set(rollout.service, performance.now() + betweenRoundsMilliseconds)
    if (findings === null || request.signal.aborted) return
    rollout.found(asked.pod.uid, findings)
    request.answered()
  }

  return {
    /** Starts what is due and does not wait for it. */
    consider: (rollouts: readonly ServiceRollout[], now: number): void => {
      for (const rollout of rollouts) {
        if (now < (nextAt.get(rollout.service) ?? 0)) continue
        const asked = rollout.troubled().find((one) => isWorthAsking(one, now))
        if (asked === undefined) continue
        nextAt.set(rollout.service, Number.POSITIVE_INFINITY)
        void ask(rollout, asked)
      }
    },
  }
}
