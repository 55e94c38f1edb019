import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { showLock } from '../../flows/lock.ts'
import { lockView } from '../../output/views/lock-view.ts'

export default class LockShow extends FlowCommand {
  static override summary = 'Who may change the environment now'
  static override examples = ['<%= config.bin %> lock show --env local']
  static override flags = { ...environmentFlag }

  protected async execute() {
    const { flags } = await this.parse(LockShow)
    const means = await this.means(flags)
    const result = await showLock(means)
    return { result, text: lockView(result, { environment: flags.env.name, now: means.now() }) }
  }
}
