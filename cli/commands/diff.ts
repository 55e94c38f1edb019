import { environmentFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { diff } from '../flows/diff.ts'
import { wouldChangeView } from '../output/views/deploy-view.ts'

export default class Diff extends FlowCommand {
  static override summary = 'What a deploy of the source as it is would change; exit 2 where anything would'
  static override examples = ['<%= config.bin %> diff --env local']
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { flags } = await this.parse(Diff)
    const means = await this.means(flags)
    const result = await diff(means)
    const outcome = result.outcome === 'unchanged' ? ('done' as const) : ('changes' as const)
    return { result, text: wouldChangeView(result, this.width), outcome }
  }
}
