import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { history } from '../../flows/history.ts'
import { historyView } from '../../output/views/history-view.ts'

export default class History extends FlowCommand {
  static override summary = 'All releases of an environment, newest first'
  static override examples = ['<%= config.bin %> history --env local']
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { flags } = await this.parse(History)
    const means = await this.means(flags)
    const result = await history(means)
    return { result, text: historyView(result, { now: means.now(), width: this.width }) }
  }
}
