import { alertmanagerSecretFiles as files } from '../../observability/alertmanager/receivers.ts'
import type { AlertChannel } from '../../observability/render-target.ts'

/** Secret settings of the monitoring, as a person sets them, and the file that Alertmanager reads each from. */
export const alertmanagerSecretFiles: Readonly<Record<string, string>> = {
  PAGERDUTY_KEY: files.pagerDutyKey,
  SLACK_URL: files.slackUrl,
  SMTP_PASSWORD: files.mailPassword,
}

export type ChannelSecret = {
  readonly channel: AlertChannel
  readonly key: string
  /** What alerts cannot do while it is not given. */
  readonly without: string
}

export const channelSecrets: readonly ChannelSecret[] = [
  { channel: 'pagerduty', key: 'PAGERDUTY_KEY', without: 'critical alerts page nobody' },
  { channel: 'slack', key: 'SLACK_URL', without: 'no alert is told in Slack' },
  { channel: 'mail', key: 'SMTP_PASSWORD', without: 'no alert is mailed' },
]

/** Made where nobody gives one. */
export const grafanaPasswordKey = 'GRAFANA_ADMIN_PASSWORD'
/** With it Kibana keeps the secrets of its rules; made where nobody gives one. */
export const kibanaEncryptionKey = 'KIBANA_ENCRYPTION_KEY'
