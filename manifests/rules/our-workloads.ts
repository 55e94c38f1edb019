import { serviceNames } from '../../services/registry.ts'
import type { WorkloadName } from '../workload.ts'

const names: readonly WorkloadName[] = [...serviceNames, 'edge']

/** Whether a service label is that of something that is built here; null for PostgreSQL and Redis. */
export const workloadNameOf = (label: string | undefined): WorkloadName | null =>
  names.find((name) => name === label) ?? null
