/** What a dashboard shows, without a word of Grafana: it is built from this, and so are the pictures of real data. */

export type Query = {
  /** PromQL, with Grafana's variables in it ($namespace, $service, $pod, $__rate_interval). */
  readonly expr: string
  /** Names each series by its labels: `{{service}}`. */
  readonly legend: string
}

export type Unit =
  /** Of 1; shown as a percentage. */
  'share' | 'seconds' | 'bytes' | 'cores' | 'count' | 'requests-per-second' | 'per-second' | 'per-minute'

/** A value that the shop promises to stay on one side of. */
export type Limit = { readonly label: string; readonly value: number }

export type Panel = {
  readonly title: string
  /** What a reader has to know to read it right, and what to do about it. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** `stacked`: parts of a whole, one on top of the other. `bars`: only what is so now. Lines where it is left out. */
  readonly drawn?: 'stacked' | 'bars'
  readonly limit?: Limit
  /** Where a click on a series leads. */
  readonly leadsTo?: 'board-of-service'
}

export type Row = { readonly title: string; readonly panels: readonly Panel[] }

export type Variable = 'namespace' | 'service' | 'pod'

export type Board = {
  /** Stands in addresses and never changes, whatever the title. */
  readonly uid: string
  readonly title: string
  readonly description: string
  /** Long name of the only service that it is about; null where people choose. */
  readonly service: string | null
  /** What people choose by; its queries use no other variable. */
  readonly variables: readonly Variable[]
  readonly rows: readonly Row[]
}
