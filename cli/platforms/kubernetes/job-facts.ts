import { z } from 'zod'
import type { KubeObject } from './kube-client.ts'
import { parsePod } from './pod-facts.ts'

const jobSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .default({ conditions: [] }),
})

export type JobState =
  | { readonly state: 'running' }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly reason: string }

const ending = (pods: readonly KubeObject[]): string => {
  const ends = pods.flatMap((pod) => parsePod(pod)?.containers.flatMap(({ lastEnd }) => lastEnd ?? []) ?? [])
  const failed = ends.find(({ exitCode }) => exitCode !== 0)
  if (failed === undefined) return ''
  if (failed.reason === 'OOMKilled') return ': it ran out of memory'
  return `: it exited with code ${failed.exitCode}`
}

const words: Readonly<Record<string, string>> = {
  BackoffLimitExceeded: 'failed as often as it may',
  DeadlineExceeded: 'did not end within its time',
}

/** Whether a Job has ended, and how; `pods` are its own, which tell the exit code. */
export const jobState = (job: KubeObject, pods: readonly KubeObject[]): JobState => {
  const { data } = jobSchema.safeParse(job)
  const holds = (type: string) => data?.status.conditions.find((one) => one.type === type && one.status === 'True')
  if (holds('Complete') !== undefined) return { state: 'done' }
  const failed = holds('Failed')
  if (data === undefined || failed === undefined) return { state: 'running' }
  const how = words[failed.reason] ?? failed.message
  return { state: 'failed', reason: `Job ${data.metadata.name} ${how} (${failed.reason})${ending(pods)}` }
}
