/** Where what is rendered will run. */
export type RenderTarget = {
  readonly environment: 'local' | 'dev' | 'staging' | 'prod'
  /** `kubernetes`: targets are found through the API server. `local`: named one by one. */
  readonly discovery: ClusterDiscovery | LocalDiscovery
  /** By which alerts can be told on a cluster: those whose secret was given. Left out: all. */
  readonly alertChannels?: readonly AlertChannel[]
  /** Where Loki answers; left out where there is none, as nothing here brings it up (NOTE-20). */
  readonly lokiUrl?: string
}

export type AlertChannel = 'pagerduty' | 'slack' | 'mail'

export type ClusterDiscovery = {
  readonly kind: 'kubernetes'
  readonly namespace: string
  /** Further namespaces of the shop on the same cluster, whose services are scraped too. */
  readonly alsoNamespaces?: readonly string[]
}

/** All namespaces whose services are watched. */
export const shopNamespaces = ({ namespace, alsoNamespaces = [] }: ClusterDiscovery): readonly string[] => [
  namespace,
  ...alsoNamespaces,
]

export type LocalDiscovery = {
  readonly kind: 'local'
  /** A file of targets (Prometheus' `file_sd_configs`) that shopctl keeps up to date. */
  readonly targetsFile: string
  /** `127.0.0.1:9090`, which Prometheus scrapes for its own metrics. */
  readonly prometheus: string
  /** `127.0.0.1:9093`, which is told of alerts. */
  readonly alertmanager: string
  /** Is posted what elsewhere pages, chats and mails; the message names the receiver that it was meant for. */
  readonly webhookUrl: string
}

/** As the programs listen where nobody chose a port. */
export const localDiscovery = (targetsFile: string): LocalDiscovery => ({
  kind: 'local',
  targetsFile,
  prometheus: '127.0.0.1:9090',
  alertmanager: '127.0.0.1:9093',
  webhookUrl: 'http://127.0.0.1:9095/alerts',
})
