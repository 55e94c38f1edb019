import { jobNames } from '../../prometheus/render-prometheus.ts'
import { mainPlace, type RenderTarget } from '../../render-target.ts'
import { longNames } from '../selectors.ts'
import { constant, type FiringAlert, fires, type RuleCase, series, silent } from './rule-case.ts'

const deployments = 'kube_deployment_spec_replicas'
const beat = fires('Watchdog', { labels: {}, value: '1' })

/** Everything that Prometheus finds, one target of each job. */
const everyTarget = (target: RenderTarget, namespace: string) => [
  ...jobNames(target).map((job) =>
    series('up', {
      labels: longNames.includes(job) ? { job, service: job, namespace, pod: 'one' } : { job },
      values: constant(1),
    }),
  ),
  ...(target.discovery.kind === 'kubernetes'
    ? [
        series(deployments, {
          labels: { job: 'kubernetes-pods', namespace, deployment: 'user-management' },
          values: constant(3),
        }),
      ]
    : []),
]

const goneServices = (namespace: string): readonly FiringAlert[] =>
  longNames.map((job) => ({ labels: { job, service: job, namespace }, value: '1' }))

const gonePrograms = (target: RenderTarget, namespace: string): readonly FiringAlert[] => [
  ...jobNames(target)
    .filter((job) => !longNames.includes(job))
    .map((job) => ({ labels: { job }, value: '1' })),
  ...(target.discovery.kind === 'kubernetes' ? [{ labels: { job: 'kube-state-metrics', namespace }, value: '1' }] : []),
]

/** kube-state-metrics goes, the kubelets of its job stay. */
const withoutKubeState = (target: RenderTarget, namespace: string): readonly RuleCase[] =>
  target.discovery.kind === 'local'
    ? []
    : [
        {
          title: 'nobody tells of deployments any more',
          series: everyTarget(target, namespace).filter((one) => !one.series.startsWith(deployments)),
          checks: [
            silent('ServiceUnwatched'),
            fires('MetricsMissing', { labels: { job: 'kube-state-metrics', namespace }, value: '1' }),
          ],
        },
      ]

export const monitoringCases = (target: RenderTarget): readonly RuleCase[] => {
  const { namespace } = mainPlace(target)
  return [
    {
      title: 'Prometheus finds all that it should',
      series: everyTarget(target, namespace),
      checks: [silent('ServiceUnwatched'), silent('MetricsMissing'), beat],
    },
    {
      title: 'Prometheus finds nothing, and nothing of what it found is left to be down',
      series: [],
      checks: [
        silent('ServiceUnwatched', 4 * 60),
        silent('MetricsMissing', 4 * 60),
        { alert: 'ServiceUnwatched', atSeconds: null, firing: goneServices(namespace) },
        { alert: 'MetricsMissing', atSeconds: null, firing: gonePrograms(target, namespace) },
        beat,
      ],
    },
    {
      title: 'only services of another namespace are found',
      series: everyTarget(target, 'elsewhere'),
      checks: [{ alert: 'ServiceUnwatched', atSeconds: null, firing: goneServices(namespace) }],
    },
    ...withoutKubeState(target, namespace),
  ]
}
