import { notify } from '../flows/notify.ts'
import { reportsFlag } from '../reports-flag.ts'
import { ShopCommand } from '../shop-command.ts'

export default class Notify extends ShopCommand {
  static override summary = 'Send what the evidence says to Slack (SLACK_WEBHOOK_URL)'
  static override examples = ['<%= config.bin %> evidence && <%= config.bin %> notify']
  static override flags = { ...reportsFlag }

  protected async execute() {
    const { flags } = await this.parse(Notify)
    const url = process.env.SLACK_WEBHOOK_URL
    if (url) this.redactor.register(url)
    const result = await notify({ reports: flags.reports, url, signal: this.interrupted })
    return { result, text: `Told on Slack: ${result.text}` }
  }
}
