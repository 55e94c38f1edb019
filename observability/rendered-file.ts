/** One file that is made from typed data, never written by hand. */
export type RenderedFile = {
  /** Below the folder that it is rendered to, with `/`: `prometheus/prometheus.yml`. */
  readonly path: string
  readonly text: string
}
