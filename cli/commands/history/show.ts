import { environmentFlag, releaseArgument } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { showRelease } from '../../flows/history.ts'
import { releaseView } from '../../output/views/history-view.ts'

export default class HistoryShow extends FlowCommand {
  static override summary = 'One release: what it was, how it went, and the evidence that was kept'
  static override examples = ['<%= config.bin %> history show 42 --env local']
  static override args = { ...releaseArgument }
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { args, flags } = await this.parse(HistoryShow)
    const means = await this.means(flags)
    const record = await showRelease(args.release, means)
    return { result: record, text: releaseView(record, { now: means.now(), width: this.width }) }
  }
}
