import { uninstallHook } from '../../flows/hooks.ts'
import { HooksCommand } from '../../hooks-command.ts'
import { hookChangeView } from '../../output/views/hooks-view.ts'

export default class HooksUninstall extends HooksCommand {
  static override summary = 'Take the pre-commit hook away and put back what was there before'
  static override examples = ['<%= config.bin %> hooks uninstall']

  protected async execute() {
    await this.parse(HooksUninstall)
    const result = await uninstallHook(this.hooksRequest())
    return { result, text: hookChangeView(result) }
  }
}
