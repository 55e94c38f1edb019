/** Where what is rendered will run. */
export type RenderTarget = {
  readonly environment: 'local' | 'dev' | 'staging' | 'prod'
  /** `kubernetes`: targets are found through the API server. `local`: named one by one. */
  readonly discovery: { readonly kind: 'kubernetes'; readonly namespace: string } | LocalDiscovery
}

export type LocalDiscovery = {
  readonly kind: 'local'
  /** A file of targets (Prometheus' `file_sd_configs`) that shopctl keeps up to date. */
  readonly targetsFile: string
}
