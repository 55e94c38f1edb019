import { besidePlaces, mainPlace, type RenderTarget, shopNamespaces } from '../render-target.ts'
import { renderYaml } from '../render-yaml.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { clusterJobs, monitoringNamespace } from './cluster-jobs.ts'
import { evaluationSeconds } from './evaluation.ts'
import { constant } from './relabelling.ts'
import { podJobs, processJobs } from './service-jobs.ts'

/** Here the API server, nodes and pods of a cluster are (B-2); a machine of its own has none of them. */
const jobs = (target: RenderTarget): readonly Job[] =>
  target.discovery.kind === 'kubernetes'
    ? [itself('localhost:9090'), ...clusterJobs, ...podJobs(shopNamespaces(target))]
    : [itself(target.discovery.prometheus), ...processJobs(target.discovery)]

type Job = { readonly job_name: string }

export const jobNames = (target: RenderTarget): readonly string[] => jobs(target).map(({ job_name }) => job_name)

const itself = (address: string) => ({ job_name: 'prometheus', static_configs: [{ targets: [address] }] })

const alertmanager = ({ discovery }: RenderTarget): string =>
  discovery.kind === 'kubernetes' ? `alertmanager.${monitoringNamespace}.svc:9093` : discovery.alertmanager

/** A label of the whole Prometheus would call staging's alerts prod's: both are watched by one. */
const alertLabels = (target: RenderTarget) => {
  const steps = besidePlaces(target).map(({ environment, namespace }) => ({
    source_labels: ['namespace'],
    regex: namespace,
    ...constant('environment', environment),
  }))
  return steps.length === 0 ? {} : { alert_relabel_configs: steps }
}

export const renderPrometheus = (target: RenderTarget): readonly RenderedFile[] => [
  {
    path: 'prometheus/prometheus.yml',
    text: renderYaml({
      global: {
        scrape_interval: '15s',
        scrape_timeout: '10s',
        evaluation_interval: `${evaluationSeconds}s`,
        external_labels: { environment: mainPlace(target).environment },
      },
      rule_files: ['rules/*.yml'],
      alerting: {
        ...alertLabels(target),
        alertmanagers: [{ static_configs: [{ targets: [alertmanager(target)] }] }],
      },
      scrape_configs: jobs(target),
    }),
  },
]
