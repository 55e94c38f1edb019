import { hookStatus } from '../../flows/hooks.ts'
import { HooksCommand } from '../../hooks-command.ts'
import { hookStateView } from '../../output/views/hooks-view.ts'

export default class HooksStatus extends HooksCommand {
  static override summary = 'Whether the pre-commit hook is in place; exit 5 where it is not'
  static override examples = ['<%= config.bin %> hooks status']

  protected async execute() {
    await this.parse(HooksStatus)
    const result = await hookStatus(this.hooksRequest())
    const outcome = result.state === 'installed' ? ('done' as const) : ('check-failed' as const)
    return { result, text: hookStateView(result), outcome }
  }
}
