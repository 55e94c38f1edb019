import { serviceLabel } from '../../../manifests/labels.ts'
import type { LogRequest } from '../platform.ts'
import type { KubeClient } from './kube-client.ts'
import type { ContainerFacts, PodFacts } from './pod-facts.ts'

export type PodLogsRequest = {
  readonly client: Pick<KubeClient, 'list' | 'watch' | 'logs' | 'followLogs'>
  readonly namespace: string
  readonly request: LogRequest
  /** Template of each service in the release that is asked for; null for every pod that is there. */
  readonly templates: ReadonlyMap<string, string> | null
}

export const logSelector = ({ services }: LogRequest): string => `${serviceLabel} in (${services.join(',')})`

/** Pods of Deployments only: a migration is told where it is run. */
export const isAsked = ({ service, template, replicaSet }: PodFacts, templates: PodLogsRequest['templates']): boolean =>
  replicaSet !== null && (templates === null || templates.get(service) === template)

export const hasBegun = ({ running, lastEnd }: ContainerFacts): boolean => running || lastEnd !== null
