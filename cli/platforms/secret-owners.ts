import { type ServiceName, serviceNames } from '../../services/registry.ts'

/** Whoever tells alerts and shows dashboards has secrets of its own, which are no service's. */
export const monitoringOwner = 'monitoring'

export type SecretOwner = ServiceName | typeof monitoringOwner

export const secretOwners: readonly SecretOwner[] = [...serviceNames, monitoringOwner]
