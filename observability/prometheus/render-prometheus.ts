import { type RenderTarget, shopNamespaces } from '../render-target.ts'
import { renderYaml } from '../render-yaml.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { clusterJobs, monitoringNamespace } from './cluster-jobs.ts'
import { podJobs, processJobs } from './service-jobs.ts'

/** Here the API server, nodes and pods of a cluster are (B-2); a machine of its own has none of them. */
const jobs = ({ discovery }: RenderTarget): readonly object[] =>
  discovery.kind === 'kubernetes'
    ? [itself('localhost:9090'), ...clusterJobs, ...podJobs(shopNamespaces(discovery))]
    : [itself(discovery.prometheus), ...processJobs(discovery)]

const itself = (address: string) => ({ job_name: 'prometheus', static_configs: [{ targets: [address] }] })

const alertmanager = ({ discovery }: RenderTarget): string =>
  discovery.kind === 'kubernetes' ? `alertmanager.${monitoringNamespace}.svc:9093` : discovery.alertmanager

export const renderPrometheus = (target: RenderTarget): readonly RenderedFile[] => [
  {
    path: 'prometheus/prometheus.yml',
    text: renderYaml({
      global: {
        scrape_interval: '15s',
        scrape_timeout: '10s',
        evaluation_interval: '15s',
        external_labels: { environment: target.environment },
      },
      rule_files: ['rules/*.yml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager(target)] }] }] },
      scrape_configs: jobs(target),
    }),
  },
]
