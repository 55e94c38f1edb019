import { serviceNames, services } from '../../services/registry.ts'
import { exporters } from '../prometheus/cluster-jobs.ts'
import { jobNames } from '../prometheus/render-prometheus.ts'
import { mainPlace, type RenderTarget } from '../render-target.ts'
import type { AlertRule, RuleGroup } from './rule.ts'
import { longNames } from './selectors.ts'

/** Series that are gone compare as nothing: every other alert on them is silent. */
const missing = {
  forSeconds: 300,
  description:
    'Not even that it cannot be reached. What it would have told is missing, so that alerts on it are silent.',
} as const

const metricsMissing = { ...missing, alert: 'MetricsMissing', severity: 'warning' } as const

const unwatched = ({ namespace }: { readonly namespace: string }): readonly AlertRule[] =>
  serviceNames.map((name) => ({
    ...missing,
    alert: 'ServiceUnwatched',
    expr: `absent(up{job="${services[name].longName}",namespace="${namespace}"})`,
    severity: 'critical',
    labels: { service: services[name].longName },
    summary: 'Prometheus knows no pod of {{ $labels.job }}: it is gone, or nobody watches it',
  }))

const withoutTargets = (target: RenderTarget): readonly AlertRule[] =>
  jobNames(target)
    .filter((job) => !longNames.includes(job))
    .map((job) => ({
      ...metricsMissing,
      expr: `absent(up{job="${job}"})`,
      labels: { job },
      summary: 'Prometheus knows no target of {{ $labels.job }}',
    }))

/** The kubelets of the same job go on where kube-state-metrics is gone. */
const withoutDeployments = (namespace: string): AlertRule => ({
  ...metricsMissing,
  expr: `absent(kube_deployment_spec_replicas{job="kubernetes-pods",namespace="${namespace}"})`,
  labels: { job: exporters.kubeStateMetrics.name },
  summary: 'Nobody tells how many pods {{ $labels.namespace }} wants, so that PodDown is silent',
})

const watchdog: AlertRule = {
  alert: 'Watchdog',
  expr: 'vector(1)',
  forSeconds: 0,
  severity: 'none',
  summary: 'Prometheus and Alertmanager are alive',
  description: 'Fires always. Who stops hearing of it knows that no other alert would arrive either.',
}

/** Who watches the watchers. Of environments beside it only what they tell: they may be taken down. */
export const monitoringAlerts = (target: RenderTarget): RuleGroup => {
  const main = mainPlace(target)
  const ofCluster = target.discovery.kind === 'kubernetes' ? [withoutDeployments(main.namespace)] : []
  return {
    name: 'monitoring-alerts',
    intervalSeconds: null,
    rules: [...unwatched(main), ...withoutTargets(target), ...ofCluster, watchdog],
  }
}
