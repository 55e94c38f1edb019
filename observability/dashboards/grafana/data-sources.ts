/** Named by what they are and not by where they run: dashboards are the same in every environment. */
export const dataSources = {
  prometheus: { type: 'prometheus', uid: 'shopctl-prometheus' },
  alertmanager: { type: 'alertmanager', uid: 'shopctl-alertmanager' },
  elasticsearch: { type: 'elasticsearch', uid: 'shopctl-elasticsearch' },
  loki: { type: 'loki', uid: 'shopctl-loki' },
  /** Grafana's own, where shopctl writes its releases. */
  grafana: { type: 'grafana', uid: '-- Grafana --' },
} as const
