import type { RenderTarget } from '../../render-target.ts'
import { renderYaml } from '../../render-yaml.ts'
import type { RenderedFile } from '../../rendered-file.ts'
import { dataSources } from './data-sources.ts'

/** Where Grafana reads the dashboards from: their folder is mounted there. */
export const dashboardsFolder = '/var/lib/grafana/dashboards'

/** By the names of the Services in the namespaces `monitoring` and `logging`. */
const inCluster = {
  prometheus: 'http://prometheus.monitoring.svc:9090',
  alertmanager: 'http://alertmanager.monitoring.svc:9093',
  elasticsearch: 'http://elasticsearch.logging.svc:9200',
}

type Source = (typeof dataSources)[keyof typeof dataSources]

/** Asked by Grafana's server and not by the reader's browser; what is provisioned is changed here, not in Grafana. */
const source = (
  name: string,
  { type, uid }: Source,
  more: { readonly url: string; readonly [field: string]: unknown },
) => ({
  name,
  type,
  uid,
  access: 'proxy',
  editable: false,
  ...more,
})

const metricsSources = ({ discovery }: RenderTarget) => {
  const isLocal = discovery.kind === 'local'
  const prometheus = isLocal ? `http://${discovery.prometheus}` : inCluster.prometheus
  const alertmanager = isLocal ? `http://${discovery.alertmanager}` : inCluster.alertmanager
  return [
    source('Prometheus', dataSources.prometheus, {
      url: prometheus,
      isDefault: true,
      // The interval of the scrapes: below it a picture has holes.
      jsonData: {
        timeInterval: '15s',
        httpMethod: 'POST',
        manageAlerts: true,
        alertmanagerUid: dataSources.alertmanager.uid,
      },
    }),
    source('Alertmanager', dataSources.alertmanager, {
      url: alertmanager,
      jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
    }),
  ]
}

/** Locally logs are files, and nothing keeps them for a search. */
const logSources = ({ discovery, lokiUrl }: RenderTarget) => [
  ...(discovery.kind === 'local'
    ? []
    : [
        source('Elasticsearch', dataSources.elasticsearch, {
          url: inCluster.elasticsearch,
          jsonData: {
            // One for each namespace and day.
            index: '[logs-*-]YYYY.MM.DD',
            interval: 'Daily',
            timeField: '@timestamp',
            logMessageField: 'message',
            logLevelField: 'level',
          },
        }),
      ]),
  ...(lokiUrl === undefined ? [] : [source('Loki', dataSources.loki, { url: lokiUrl })]),
]

const dataSourcesFile = (target: RenderTarget): string =>
  renderYaml({ apiVersion: 1, prune: true, datasources: [...metricsSources(target), ...logSources(target)] })

const dashboardsFile = renderYaml({
  apiVersion: 1,
  providers: [
    {
      name: 'shopctl',
      folder: 'Shop',
      folderUid: 'shopctl',
      type: 'file',
      disableDeletion: true,
      allowUiUpdates: false,
      updateIntervalSeconds: 30,
      options: { path: dashboardsFolder },
    },
  ],
})

export const provisioningFiles = (target: RenderTarget): readonly RenderedFile[] => [
  { path: 'grafana/provisioning/datasources/shopctl.yml', text: dataSourcesFile(target) },
  { path: 'grafana/provisioning/dashboards/shopctl.yml', text: dashboardsFile },
]
