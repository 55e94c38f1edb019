import { status } from '../../flows/infra/status.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'
import { infraStatusView } from '../../output/views/infra-status-view.ts'

export default class InfraStatus extends InfraCommand {
  static override summary =
    'What is built, by whom and when, who changes it now, and how long its versions are supported'
  static override examples = ['<%= config.bin %> infra status --env prod']
  static override flags = { env: infraFlags.env }

  protected async execute() {
    const { flags } = await this.parse(InfraStatus)
    const means = await this.infraMeans(flags)
    const result = await status(means)
    return { result, text: infraStatusView(result, { now: means.now(), width: this.width }) }
  }
}
