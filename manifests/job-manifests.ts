import type { V1Job, V1PodSpec } from '@kubernetes/client-node'
import type { ServiceName } from '../services/registry.ts'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { type Component, workloadLabels } from './labels.ts'
import { hashedTemplate, serviceContainer, servicePod } from './pod-template.ts'
import { workload } from './workload.ts'
import type { WorkloadSettings } from './workload-settings.ts'

export type JobRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly service: ServiceName
  readonly release: number
  /** `registry/repository@sha256:…` */
  readonly image: string
  readonly settings: WorkloadSettings
}

type JobKind = {
  readonly component: Component
  readonly name: string
  /** For the service's program. */
  readonly words: readonly string[]
  readonly activeDeadlineSeconds: number
  readonly ttlSecondsAfterFinished: number
}

/** Long enough to read its log after a bad night, short enough not to gather. */
const ttlSecondsAfterFinished = 24 * 60 * 60

const job = (request: JobRequest, { component, name, words, ...limits }: JobKind) => {
  const { namespace, service, settings } = request
  const secretKeys = settings.secret?.keys ?? []
  const labels = workloadLabels(service, component)
  const container = serviceContainer({ ...request, secretKeys })
  const spec: V1PodSpec = {
    ...servicePod({ ...request, secretKeys }),
    containers: [{ ...container, args: [...words] }],
    restartPolicy: 'Never',
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      // A migration that failed is looked at, not tried again.
      backoffLimit: 0,
      ...limits,
      template: hashedTemplate(spec, labels),
    },
  } satisfies V1Job
}

/** `user-management-migrate-42`: one for each release, so that a deploy that went on finds the one it started. */
export const jobName = (service: ServiceName, command: 'migrate' | 'seed', release: number): string =>
  `${workload(service).longName}-${command}-${release}`

export const migrationJob = (request: JobRequest) =>
  job(request, {
    component: 'migration',
    name: jobName(request.service, 'migrate', request.release),
    words: ['migrate'],
    activeDeadlineSeconds: 600,
    ttlSecondsAfterFinished,
  })

/** Demo data; a service refuses it where SHOP_ENV is prod. */
export const seedJob = (request: JobRequest) =>
  job(request, {
    component: 'seed',
    name: jobName(request.service, 'seed', request.release),
    words: ['seed'],
    activeDeadlineSeconds: 300,
    ttlSecondsAfterFinished,
  })

export type QuestionRequest = JobRequest & {
  readonly words: readonly string[]
  /** Tells it from others that are asked meanwhile: lower case and digits. */
  readonly suffix: string
}

/** Something that the service's program answers by itself; whoever asks deletes the Job when it has the answer. */
export const questionJob = ({ words, suffix, ...request }: QuestionRequest) =>
  job(request, {
    component: 'question',
    name: `${workload(request.service).longName}-ask-${suffix}`,
    words,
    activeDeadlineSeconds: 120,
    ttlSecondsAfterFinished: 10 * 60,
  })
