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
  /** Further environments of the shop on the same cluster, whose services are scraped too. */
  readonly neighbours?: readonly Place[]
}

export type Place = { readonly environment: RenderTarget['environment']; readonly namespace: string }

const allPlaces = ({ environment, discovery }: RenderTarget): readonly [Place, ...Place[]] =>
  discovery.kind === 'local'
    ? [{ environment, namespace: 'local' }]
    : [{ environment, namespace: discovery.namespace }, ...(discovery.neighbours ?? [])]

/** All namespaces whose services are watched. */
export const shopNamespaces = (target: RenderTarget): readonly string[] =>
  allPlaces(target).map(({ namespace }) => namespace)

/** Whom people are woken for: prod where it is among them, whichever environment of a cluster was applied last. */
export const mainPlace = (target: RenderTarget): Place => {
  const places = allPlaces(target)
  return places.find(({ environment }) => environment === 'prod') ?? places[0]
}

/** Those that are watched too, and wake nobody. */
export const besidePlaces = (target: RenderTarget): readonly Place[] => {
  const { namespace: main } = mainPlace(target)
  return allPlaces(target).filter(({ namespace }) => namespace !== main)
}

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
