import type { AlertChannel, LocalDiscovery } from '../render-target.ts'
import type { Severity } from '../rules/rule.ts'
import { team } from '../team.ts'

/** Files that a Secret is mounted as; the configuration itself holds no secret. */
export const alertmanagerSecretFiles = {
  slackUrl: '/etc/alertmanager/secrets/slack-url',
  pagerDutyKey: '/etc/alertmanager/secrets/pagerduty-key',
  mailPassword: '/etc/alertmanager/secrets/mail-password',
} as const

/** Named for where it goes, so that a message tells its way (B-15). */
export const receiverNames: Readonly<Record<Severity, string>> = {
  critical: 'pagerduty-and-slack',
  warning: 'slack-and-mail',
  business: 'mail',
  none: 'nobody',
}

export const heartbeatReceiver = 'heartbeat'

const eachAlert = (line: string): string => `{{ range .Alerts }}${line}\n{{ end }}`
const title =
  '{{ .Status | toUpper }} {{ .CommonLabels.alertname }} {{ .CommonLabels.service }} ({{ .CommonLabels.namespace }})'

const slack = {
  channel: team.slackChannel,
  send_resolved: true,
  title,
  title_link: '{{ .CommonAnnotations.runbook_url }}',
  text: eachAlert('{{ .Annotations.summary }} {{ .Annotations.runbook_url }}'),
}

const pagerDuty = {
  routing_key_file: alertmanagerSecretFiles.pagerDutyKey,
  send_resolved: true,
  severity: 'critical',
  description: `${title}: {{ .CommonAnnotations.summary }}`,
  details: { runbook: '{{ .CommonAnnotations.runbook_url }}' },
}

const mailTo = (to: string) => ({
  to,
  send_resolved: true,
  headers: { Subject: title },
  html: '',
  text: eachAlert('{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n'),
})

const heartbeatWay = (url: string | null) => (url === null ? {} : { webhook_configs: [{ url, send_resolved: false }] })

/** The same names where a channel is not given: routes stay as they are, and what is left of the way is taken. */
export const teamReceivers = (channels: readonly AlertChannel[], heartbeatUrl: string | null = team.heartbeatUrl) => {
  const has = (channel: AlertChannel): boolean => channels.includes(channel)
  const slackWay = has('slack') ? { slack_configs: [slack] } : {}
  const mailWay = (to: string) => (has('mail') ? { email_configs: [mailTo(to)] } : {})
  return [
    { name: receiverNames.critical, ...(has('pagerduty') ? { pagerduty_configs: [pagerDuty] } : {}), ...slackWay },
    { name: receiverNames.warning, ...slackWay, ...mailWay(team.onCallMail) },
    { name: receiverNames.business, ...mailWay(team.businessMail) },
    { name: receiverNames.none },
    { name: heartbeatReceiver, ...heartbeatWay(heartbeatUrl) },
  ]
}

/** The same names, so that a message shows the way that it would have gone. */
export const localReceivers = ({ webhookUrl }: LocalDiscovery) => [
  ...[receiverNames.critical, receiverNames.warning, receiverNames.business].map((name) => ({
    name,
    webhook_configs: [{ url: webhookUrl, send_resolved: true }],
  })),
  { name: receiverNames.none },
  { name: heartbeatReceiver },
]
