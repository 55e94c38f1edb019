import { environmentFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { status } from '../flows/status.ts'
import { statusView } from '../output/views/status-view.ts'

export default class Status extends FlowCommand {
  static override summary = 'What is up now; exit 5 where the current release is not up as a whole'
  static override examples = ['<%= config.bin %> status --env local']
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { flags } = await this.parse(Status)
    const means = await this.means(flags)
    const result = await status(means)
    const outcome = result.state === 'up' ? ('done' as const) : ('check-failed' as const)
    return { result, text: statusView(result, { now: means.now(), width: this.width }), outcome }
  }
}
