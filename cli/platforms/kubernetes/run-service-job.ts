import { linesOf, migratedBy, seedFailed } from '../migration-answers.ts'
import type { Migrated } from '../platform.ts'
import { answerOf } from '../service-answer.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { referenceOf } from './object-reference.ts'
import { type FinishedJob, runJob } from './run-job.ts'

export type ServiceJob = {
  readonly client: KubeClient
  readonly job: KubeObject
  readonly service: string
  readonly environment: string
  readonly signal: AbortSignal
}

/** Longer than the Job's own deadline (manifests/job-manifests.ts), which ends it on the cluster's side. */
const migrationSeconds = 630
const seedSeconds = 330
const questionSeconds = 150
const deleteSeconds = 10

/** Beside JSON lines, which are answers, what was printed; then what the cluster says. */
const saidBy = ({ log, why }: FinishedJob): readonly string[] => [
  ...linesOf(log).filter((line) => !line.startsWith('{"event":')),
  ...why,
]

/** Runs a service's own migrations as a Job. What was applied before a failure stays applied and is told. */
export const migrateByJob = async ({ service, environment, ...run }: ServiceJob): Promise<Migrated> => {
  const doing = `migrating ${service} in ${environment}`
  const finished = await runJob({ ...run, doing, deadlineSeconds: migrationSeconds })
  const outcome = finished.state === 'complete' ? 'done' : 'failed'
  return migratedBy({ service, environment, outcome, output: finished.log, otherwise: saidBy(finished) })
}

/** Loads demo data through the service's own program; the same rows however often. */
export const seedByJob = async ({ service, environment, ...run }: ServiceJob): Promise<void> => {
  const doing = `loading the demo data of ${service} in ${environment}`
  const finished = await runJob({ ...run, doing, deadlineSeconds: seedSeconds })
  if (finished.state === 'failed') throw seedFailed(service, saidBy(finished))
}

/** Asks the service's own program something. Throws SERVICE_DID_NOT_ANSWER. */
export const askByJob = async ({ service, environment, ...run }: ServiceJob): Promise<unknown> => {
  const doing = `asking ${service} in ${environment}`
  const finished = await runJob({ ...run, doing, deadlineSeconds: questionSeconds })
  // It was for this one answer; where it cannot be deleted the cluster does it ten minutes later.
  await run.client.delete(referenceOf(run.job), AbortSignal.timeout(deleteSeconds * 1000)).catch(() => undefined)
  const outcome = finished.state === 'complete' ? 'done' : 'failed'
  return answerOf({ service, environment, outcome, output: finished.log, otherwise: saidBy(finished) })
}
