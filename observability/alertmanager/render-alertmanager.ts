import type { AlertChannel, RenderTarget } from '../render-target.ts'
import { renderYaml } from '../render-yaml.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { team } from '../team.ts'
import { alertmanagerSecretFiles, localReceivers, teamReceivers } from './receivers.ts'
import { inhibitions, routeFor } from './routes.ts'

const slackGlobal = { slack_api_url_file: alertmanagerSecretFiles.slackUrl }

const mailGlobal = {
  smtp_smarthost: team.mail.smarthost,
  smtp_from: team.mail.from,
  smtp_auth_username: team.mail.username,
  smtp_auth_password_file: alertmanagerSecretFiles.mailPassword,
}

const allChannels: readonly AlertChannel[] = ['pagerduty', 'slack', 'mail']

/** Only what is used: a file that is not there would be missed at the first message. */
const teamGlobal = (channels: readonly AlertChannel[]) => ({
  ...(channels.includes('slack') ? slackGlobal : {}),
  ...(channels.includes('mail') ? mailGlobal : {}),
})

export const renderAlertmanager = (target: RenderTarget): readonly RenderedFile[] => {
  const { discovery, alertChannels = allChannels } = target
  const isLocal = discovery.kind === 'local'
  const receivers = isLocal ? localReceivers(discovery) : teamReceivers(alertChannels)
  const global = isLocal ? {} : { global: teamGlobal(alertChannels) }
  return [
    {
      path: 'alertmanager/alertmanager.yml',
      text: renderYaml({ ...global, route: routeFor(target), receivers, inhibit_rules: inhibitions }),
    },
  ]
}
