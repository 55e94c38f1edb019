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
  /** The command of the service's program, and a part of the Job's name. */
  readonly command: 'migrate' | 'seed'
  readonly activeDeadlineSeconds: number
}

const kinds = {
  migration: { component: 'migration', command: 'migrate', activeDeadlineSeconds: 600 },
  seed: { component: 'seed', command: 'seed', activeDeadlineSeconds: 300 },
} as const satisfies Record<string, JobKind>

/** Long enough to read its log after a bad night, short enough not to gather. */
const ttlSecondsAfterFinished = 24 * 60 * 60

const job = (request: JobRequest, { component, command, activeDeadlineSeconds }: JobKind) => {
  const { namespace, service, release, settings } = request
  const secretKeys = settings.secret?.keys ?? []
  const labels = workloadLabels(service, component)
  const container = serviceContainer({ ...request, secretKeys })
  const spec: V1PodSpec = {
    ...servicePod({ ...request, secretKeys }),
    containers: [{ ...container, args: [command] }],
    restartPolicy: 'Never',
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(service, command, release), namespace, labels },
    spec: {
      // A migration that failed is looked at, not tried again.
      backoffLimit: 0,
      activeDeadlineSeconds,
      ttlSecondsAfterFinished,
      template: hashedTemplate(spec, labels),
    },
  } satisfies V1Job
}

/** `user-management-migrate-42`: one for each release, so that a deploy that went on finds the one it started. */
export const jobName = (service: ServiceName, command: JobKind['command'], release: number): string =>
  `${workload(service).longName}-${command}-${release}`

export const migrationJob = (request: JobRequest) => job(request, kinds.migration)

/** Demo data; a service refuses it where SHOP_ENV is prod. */
export const seedJob = (request: JobRequest) => job(request, kinds.seed)
