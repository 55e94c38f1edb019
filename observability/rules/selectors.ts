import { type ServiceName, serviceNames, services } from '../../services/registry.ts'
import type { ServiceLevelObjective } from '../objectives.ts'

/** Names are made of words, digits and `-`, so that none of them needs an escape. */
export const oneOf = (words: readonly string[]): string => words.join('|')

/** What probes ask and what nobody has a route for says nothing about how users fare. */
export const countedRoutes = 'route!~"/health|unmatched"'

export const failed = 'status_code=~"5.."'
export const notFailed = 'status_code!~"5.."'

export const serviceMatcher = (service: ServiceName): string => `service="${services[service].longName}"`

export const longNames: readonly string[] = serviceNames.map((name) => services[name].longName)

/** Deployments whose pods users depend on. */
export const workloadNames: readonly string[] = [...longNames, 'edge']

export const objectiveMatcher = ({ service, requests }: ServiceLevelObjective): string =>
  requests === null
    ? `${serviceMatcher(service)},${countedRoutes}`
    : `${serviceMatcher(service)},method="${requests.method}",route=~"${oneOf(requests.routes)}"`

/** Prometheus 3 writes a whole number as `1.0`, Prometheus 2 as it was exported. */
export const bucketMatcher = (seconds: number): string =>
  Number.isInteger(seconds) ? `le=~"${seconds}(\\\\.0)?"` : `le="${seconds}"`
