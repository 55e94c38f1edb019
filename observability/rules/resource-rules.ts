import { type ServiceFacts, serviceNames, services } from '../../services/registry.ts'
import { type RenderTarget, shopNamespaces } from '../render-target.ts'
import { parseCores, parseMemoryBytes } from './quantities.ts'
import type { RuleGroup } from './rule.ts'
import { oneOf, workloadNames } from './selectors.ts'

type Usage = { readonly cpu: string; readonly memory: string; readonly missing: string; readonly available: string }

/** A container is called like its service. */
const containerUsage = (namespaces: readonly string[]): Usage => {
  const namespace = `namespace=~"${oneOf(namespaces)}"`
  const containers = `${namespace},container=~"${oneOf(workloadNames)}"`
  const byPod = (series: string) => `sum by (namespace, pod, container) (${series})`
  const ofLimit = (used: string, resource: string) =>
    `label_replace(${byPod(used)} / ${byPod(`kube_pod_container_resource_limits{${containers},resource="${resource}"}`)}, "service", "$1", "container", "(.+)")`
  const deployments = `${namespace},deployment=~"${oneOf(workloadNames)}"`
  // What was wanted for ten minutes on end: pods that the autoscaler asks for may have to wait for a node. Never a sum:
  // after a restart of kube-state-metrics the ten minutes hold each deployment twice.
  const wanted = `min by (namespace, deployment) (min_over_time(kube_deployment_spec_replicas{${deployments}}[10m]))`
  const there = `max by (namespace, deployment) (kube_deployment_status_replicas_available{${deployments}})`
  const ofService = (expr: string) => `label_replace(${expr}, "service", "$1", "deployment", "(.+)")`
  return {
    cpu: ofLimit(`rate(container_cpu_usage_seconds_total{${containers}}[5m])`, 'cpu'),
    memory: ofLimit(`container_memory_working_set_bytes{${containers}}`, 'memory'),
    missing: ofService(`${wanted} - ${there}`),
    available: ofService(`${there} / (${wanted} > 0)`),
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
    available: each(({ longName }) => `avg by (namespace, service) (up{job="${longName}"})`),
  }
}

/** What pods use of what they may, and how many are missing, by the same names wherever the shop runs. */
export const resourceRules = (target: RenderTarget): RuleGroup => {
  const { cpu, memory, missing, available } =
    target.discovery.kind === 'kubernetes' ? containerUsage(shopNamespaces(target)) : processUsage()
  return {
    name: 'resources',
    intervalSeconds: null,
    rules: [
      { record: 'pod:cpu_usage:ratio_of_limit', expr: cpu },
      { record: 'pod:memory_usage:ratio_of_limit', expr: memory },
      { record: 'service:pods_unavailable:count', expr: missing },
      { record: 'service:pods_available:ratio', expr: available },
    ],
  }
}
