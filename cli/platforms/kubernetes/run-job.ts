import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { fetchEndedLog } from './ended-log.ts'
import { containerEnds, hasStarted, type JobEnd, jobEnd, jobTrouble } from './job-progress.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { referenceOf } from './object-reference.ts'
import { untilListed } from './until-listed.ts'

export type JobRun = {
  readonly client: KubeClient
  readonly job: KubeObject
  readonly deadlineSeconds: number
  /** Goes after "Interrupted while". */
  readonly doing: string
  readonly signal: AbortSignal
}

export type FinishedJob = {
  readonly state: 'complete' | 'failed'
  /** Everything that its pods printed. */
  readonly log: string
  /** The platform's own words about a failure, most telling first. */
  readonly why: readonly string[]
}

const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? 'default'

const podsOf = (job: KubeObject) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: namespaceOf(job),
  labelSelector: `batch.kubernetes.io/job-name=${job.metadata.name}`,
})

const eventsOf = (job: KubeObject) => ({
  apiVersion: 'v1',
  kind: 'Event',
  namespace: namespaceOf(job),
  fieldSelector: `involvedObject.kind=Job,involvedObject.name=${job.metadata.name}`,
})

const jobsLike = (job: KubeObject) => ({
  apiVersion: job.apiVersion,
  kind: job.kind,
  namespace: namespaceOf(job),
  fieldSelector: `metadata.name=${job.metadata.name}`,
})

const stopSeconds = 60

/** Deletes the Job and waits for its pods: nothing may go on behind our back. True when they are gone. */
const stopJob = async ({ client, job }: JobRun): Promise<boolean> => {
  const signal = AbortSignal.timeout(stopSeconds * 1000)
  await client.delete(referenceOf(job), signal)
  const gone = await untilListed({
    client,
    request: podsOf(job),
    judge: (pods) => (pods.length === 0 ? 'gone' : null),
    deadlineSeconds: stopSeconds,
    doing: `waiting for the pods of ${job.metadata.name} to end`,
    signal,
  })
  return gone !== null
}

/** Of this release's number, so it is ours; a shopctl that was killed may have left it in any state. */
const start = async ({ client, job, doing, signal, deadlineSeconds }: JobRun): Promise<void> => {
  const found = await client.read(referenceOf(job), signal)
  if (found !== null && found.metadata.deletionTimestamp === undefined) return
  if (found !== null) {
    const judge = (jobs: readonly KubeObject[]) => (jobs.length === 0 ? 'gone' : null)
    await untilListed({ client, request: jobsLike(job), judge, deadlineSeconds, doing, signal })
  }
  await client.apply({ object: job, conflicts: 'take', mode: 'apply' }, signal)
}

const lookSeconds = 1

/** Looks now and then whether the Job gets nowhere: the first look that finds a trouble longer than is patient ends it. */
const untilHopeless = async ({ client, job }: JobRun, until: AbortSignal): Promise<JobEnd | null> => {
  let since: { readonly why: string; readonly at: number } | null = null
  while (!until.aborted) {
    await pause(lookSeconds * 1000, undefined, { signal: until }).catch(() => undefined)
    if (until.aborted) return null
    const [pods, events] = await Promise.all([client.list(podsOf(job), until), client.list(eventsOf(job), until)])
    const trouble = jobTrouble(pods.items, events.items)
    if (trouble === null || trouble.patienceSeconds === null) {
      since = null
      continue
    }
    since ??= { why: trouble.why, at: performance.now() }
    if (performance.now() - since.at >= trouble.patienceSeconds * 1000) return { state: 'failed', why: trouble.why }
  }
  return null
}

const untilEnded = async (run: JobRun): Promise<JobEnd | null> => {
  const { client, job, deadlineSeconds, doing, signal } = run
  const ended = new AbortController()
  const judge = (jobs: readonly KubeObject[]): JobEnd | null => {
    const [found] = jobs
    return found === undefined ? { state: 'failed', why: 'somebody deleted the Job while it ran' } : jobEnd(found)
  }
  const either = AbortSignal.any([signal, ended.signal])
  const hopeless = untilHopeless(run, either).catch((error: unknown) => {
    if (either.aborted) return null
    throw error
  })
  const waited = untilListed({ client, request: jobsLike(job), judge, deadlineSeconds, doing, signal: either })
  try {
    return await Promise.race([waited, hopeless.then((end) => end ?? waited)])
  } finally {
    ended.abort()
    // Who lost the race is stopped by us, and what it says about that interests nobody.
    await Promise.allSettled([waited, hopeless])
  }
}

const whyOutOfTime = async ({ client, job, deadlineSeconds, signal }: JobRun): Promise<readonly string[]> => {
  const [pods, events] = await Promise.all([client.list(podsOf(job), signal), client.list(eventsOf(job), signal)])
  const trouble = jobTrouble(pods.items, events.items)
  return [
    ...(trouble === null ? [] : [trouble.why]),
    `Job ${job.metadata.name} did not end within ${deadlineSeconds} s`,
  ]
}

const finish = async (run: JobRun, end: JobEnd | null): Promise<FinishedJob> => {
  const { client, job, signal } = run
  const { items: pods } = await client.list(podsOf(job), signal)
  const logs = await Promise.all(
    pods
      .filter(hasStarted)
      .map(({ metadata }) => fetchEndedLog({ client, pod: metadata.name, namespace: namespaceOf(job), signal })),
  )
  const log = logs.join('\n')
  if (end?.state === 'complete') return { state: 'complete', log, why: [] }
  const ends = end?.endedBy === 'deadline' ? [] : pods.flatMap(containerEnds)
  const why = end === null ? await whyOutOfTime(run) : [...ends, end.why]
  await stopJob(run)
  return { state: 'failed', log, why }
}

/** Runs a Job to its end. Interrupted, it deletes the Job and waits until its pods are gone before it throws. */
export const runJob = async (run: JobRun): Promise<FinishedJob> => {
  try {
    await start(run)
    return await finish(run, await untilEnded(run))
  } catch (error) {
    if (!run.signal.aborted) throw error
    await stopJob(run).catch(() => false)
    throw interruption(run.signal, run.doing)
  }
}
