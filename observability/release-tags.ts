/** By which an annotation of Grafana is known as a release: `shopctl` writes them, dashboards ask for them. */
export const releaseTags = {
  deploy: 'deploy',
  /** Also a deploy that was taken back by itself. */
  rollback: 'rollback',
} as const
