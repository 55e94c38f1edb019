import { type ServiceFacts, serviceNames, services } from '../../services/registry.ts'
import { type RenderTarget, shopNamespaces } from '../render-target.ts'
import { parseCores, parseMemoryBytes } from './quantities.ts'
import type { RuleGroup } from './rule.ts'
import { oneOf, workloadNames } from './selectors.ts'

type Usage = { readonly cpu: string; readonly memory: string; readonly missing: string }

/** A container is called like its service. */
const containerUsage = (namespaces: readonly string[]): Usage => {
  const namespace = `namespace=~"${oneOf(namespaces)}"`
  const containers = `${namespace},container=~"${oneOf(workloadNames)}"`
  const byPod = (series: string) => `sum by (namespace, pod, container) (${series})`
  const ofLimit = (used: string, resource: string) =>
    `label_replace(${byPod(used)} / ${byPod(`kube_pod_container_resource_limits{${containers},resource="${resource}"}`)}, "service", "$1", "container", "(.+)")`
  const deployments = `${namespace},deployment=~"${oneOf(workloadNames)}"`
  const replicas = (series: string) => `sum by (namespace, deployment) (${series}{${deployments}})`
  const missing = `${replicas('kube_deployment_spec_replicas')} - ${replicas('kube_deployment_status_replicas_available')}`
  return {
    cpu: ofLimit(`rate(container_cpu_usage_seconds_total{${containers}}[5m])`, 'cpu'),
    memory: ofLimit(`container_memory_working_set_bytes{${containers}}`, 'memory'),
    missing: `label_replace(${missing}, "service", "$1", "deployment", "(.+)")`,
  }
}

/** Processes have no limit; they are measured against the one that the service has in the cluster. */
const processUsage = (): Usage => {
  const each = (expr: (facts: ServiceFacts) => string) =>
    serviceNames.map((name) => `(${expr(services[name])})`).join(' or ')
  const by = (series: string) => `sum by (namespace, service, pod) (${series})`
  return {
    cpu: each(
      ({ longName, resources }) =>
        `${by(`rate(process_cpu_seconds_total{service="${longName}"}[5m])`)} / ${parseCores(resources.limits.cpu)}`,
    ),
    memory: each(
      ({ longName, resources }) =>
        `${by(`process_resident_memory_bytes{service="${longName}"}`)} / ${parseMemoryBytes(resources.limits.memory)}`,
    ),
    missing: each(
      ({ longName }) =>
        `count by (namespace, service) (up{job="${longName}"} == 0) or 0 * count by (namespace, service) (up{job="${longName}"})`,
    ),
  }
}

/** What pods use of what they may, and how many are missing, by the same names wherever the shop runs. */
export const resourceRules = ({ discovery }: RenderTarget): RuleGroup => {
  const { cpu, memory, missing } =
    discovery.kind === 'kubernetes' ? containerUsage(shopNamespaces(discovery)) : processUsage()
  return {
    name: 'resources',
    intervalSeconds: null,
    rules: [
      { record: 'pod:cpu_usage:ratio_of_limit', expr: cpu },
      { record: 'pod:memory_usage:ratio_of_limit', expr: memory },
      { record: 'service:pods_unavailable:count', expr: missing },
    ],
  }
}
