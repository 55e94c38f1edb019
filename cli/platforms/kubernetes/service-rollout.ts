import type { InstanceObservation, ServiceObservation } from '../../health/observation.ts'
import type { DeploymentFacts } from './deployment-facts.ts'
import { isOf, type PodFacts } from './pod-facts.ts'
import { type Clock, nextHistory, type PodHistory } from './pod-history.ts'
import { noFindings, observePod, type PodFindings } from './pod-observation.ts'
import type { RecordedDeployment } from './recorded-objects.ts'
import { rolloutCondition } from './rollout-condition.ts'

type Followed = {
  readonly pod: PodFacts
  readonly history: PodHistory
  readonly findings: PodFindings
  /** Made when the pod or what is known of it changes, and not for every observation of the release. */
  readonly observation: InstanceObservation
}

type Counted = {
  readonly instances: readonly InstanceObservation[]
  readonly old: number
  readonly ending: readonly PodFacts[]
  /** Taken away by the platform itself; another one comes in its place. */
  readonly evicted: PodFacts | null
}

/** A pod that is to be gone is given this much more before that is worth a sentence. */
const overdueMilliseconds = 5_000

/** Of the present release: what the gate judges. Old, ending and removed ones are not. */
const isInstance = (pod: PodFacts, wanted: RecordedDeployment): boolean =>
  pod.endsBy === null && pod.phase !== 'Failed' && isOf(pod, { deploymentName: wanted.name, template: wanted.template })

/** The pods and the Deployment of one service, kept up to date one event at a time. */
export type ServiceRollout = {
  readonly service: string
  podChanged(pod: PodFacts, clock: Clock): void
  podGone(uid: string): void
  deploymentChanged(live: DeploymentFacts | null): void
  /** Somebody else changed the Deployment, and nobody knows yet who. */
  lacksName(): boolean
  /** Names who changed it, by a later read; left aside where that is of another state than the present one. */
  changedBy(read: DeploymentFacts): void
  found(uid: string, findings: Partial<PodFindings>): void
  observation(clock: Clock): ServiceObservation
  /** The instances that are not well, longest first, with what was seen of them. */
  troubled(): readonly Followed[]
  uids(): readonly string[]
}

type RolloutRequest = {
  readonly wanted: RecordedDeployment
  readonly restartsBefore: ReadonlyMap<string, number>
  /** Of the template that was applied; null where that is not known, and the first that reads as ours is taken for it. */
  readonly fingerprint?: string | null
}

/** What somebody may have changed is the same in both. */
const isAlike = (left: DeploymentFacts, right: DeploymentFacts): boolean =>
  left.fingerprint === right.fingerprint && left.desired === right.desired && left.paused === right.paused

/** Who changed it stays known for as long as nobody changes it again: most events bring only numbers. */
const withNames = (next: DeploymentFacts, from: DeploymentFacts | null): DeploymentFacts =>
  from === null || !isAlike(next, from)
    ? next
    : {
        ...next,
        templateChangedBy: next.templateChangedBy ?? from.templateChangedBy,
        replicasChangedBy: next.replicasChangedBy ?? from.replicasChangedBy,
      }

export const createServiceRollout = ({ wanted, restartsBefore, ...applied }: RolloutRequest): ServiceRollout => {
  const followed = new Map<string, Followed>()
  let live: DeploymentFacts | null = null
  let fingerprint = applied.fingerprint ?? null
  let conditionKey = ''
  let conditionSince = 0
  let counted: {
    instances: readonly InstanceObservation[]
    old: number
    ending: readonly PodFacts[]
    evicted: PodFacts | null
  } | null = null

  const keep = (pod: PodFacts, history: PodHistory, findings: PodFindings) => {
    const observation = observePod(pod, { history, findings, restartsBefore: restartsBefore.get(pod.uid) ?? 0 })
    followed.set(pod.uid, { pod, history, findings, observation })
    counted = null
  }

  const count = (): Counted => {
    const all = [...followed.values()]
    const own = all.filter(({ pod }) => isInstance(pod, wanted))
    const others = all.map(({ pod }) => pod).filter((pod) => !isInstance(pod, wanted) && pod.replicaSet !== null)
    return {
      instances: own.map(({ observation }) => observation),
      old: others.filter(({ endsBy, phase }) => endsBy === null && phase !== 'Failed').length,
      ending: others.filter(({ endsBy }) => endsBy !== null),
      evicted:
        others.findLast(
          ({ phase, endsBy, template }) => phase === 'Failed' && endsBy === null && template === wanted.template,
        ) ?? null,
    }
  }

  const condition = (now: number, evicted: PodFacts | null): ServiceObservation['condition'] => {
    const gone =
      evicted === null
        ? null
        : { reason: evicted.phaseReason ?? 'Failed', message: `${evicted.name}: ${evicted.phaseMessage}` }
    const found = rolloutCondition(wanted, live, fingerprint) ?? gone
    const key = found?.reason ?? ''
    if (key !== conditionKey) conditionSince = now
    conditionKey = key
    return found === null ? undefined : { ...found, since: conditionSince }
  }

  const unfinished = (old: number): string | undefined => {
    if (live?.unseen === true) return `the Deployment's controller has not seen the change yet`
    if (old === 0) return undefined
    return `${old} ${old === 1 ? 'pod' : 'pods'} of another template still ${old === 1 ? 'serves' : 'serve'}`
  }

  return {
    service: wanted.service,
    podChanged: (pod, clock) => {
      const before = followed.get(pod.uid)
      keep(pod, nextHistory(before?.history, pod, clock), before?.findings ?? noFindings)
    },
    podGone: (uid) => {
      followed.delete(uid)
      counted = null
    },
    deploymentChanged: (next) => {
      live = next === null ? null : withNames(next, live)
      // The server adds defaults to what was applied.
      if (next?.template === wanted.template && next.image === wanted.image) fingerprint ??= next.fingerprint
    },
    lacksName: () =>
      live !== null &&
      live.templateChangedBy === null &&
      live.replicasChangedBy === null &&
      rolloutCondition(wanted, live, fingerprint)?.reason === 'ChangedByOthers',
    changedBy: (read) => {
      if (live !== null) live = withNames(live, read)
    },
    found: (uid, findings) => {
      const before = followed.get(uid)
      if (before !== undefined) keep(before.pod, before.history, { ...before.findings, ...findings })
    },
    observation: ({ now, serverNow }) => {
      counted ??= count()
      const { instances, old, ending, evicted } = counted
      const desired = live?.desired ?? 1
      const whole = condition(now, instances.length < desired ? evicted : null)
      const rest = unfinished(old)
      const notes = serverNow === null ? [] : ending.flatMap((pod) => stuckEnding(pod, serverNow))
      return {
        service: wanted.service,
        desired,
        instances,
        ...(whole === undefined ? {} : { condition: whole }),
        ...(rest === undefined ? {} : { unfinished: rest }),
        ...(notes.length === 0 ? {} : { notes }),
      }
    },
    troubled: () =>
      [...followed.values()]
        .filter(({ pod, observation }) => isInstance(pod, wanted) && !(observation.ready && observation.restarts === 0))
        .sort((a, b) => a.history.firstSeenAt - b.history.firstSeenAt),
    uids: () => [...followed.keys()],
  }
}

/** A pod that should be gone and is not: it may still hold its volume, its quota, its connections. */
export const stuckEnding = ({ name, endsBy, finalizers, node }: PodFacts, serverNow: number): readonly string[] => {
  const late = endsBy === null ? 0 : serverNow - endsBy
  if (late < overdueMilliseconds) return []
  const because =
    finalizers.length > 0 ? `finalizer ${finalizers.join(', ')}` : `node ${node} does not say that it ended`
  return [`${name} should have been gone ${Math.round(late / 1000)} s ago (${because})`]
}
