import { environmentFlag, onlyFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { push } from '../flows/build.ts'
import { buildView } from '../output/views/build-view.ts'

export default class Push extends FlowCommand {
  static override summary = 'Build, scan and push the images of an environment; exit 5 where the scan blocks one'
  static override examples = [
    '<%= config.bin %> push --env staging',
    '<%= config.bin %> push --env prod --only catalog',
  ]
  static override flags = { ...environmentFlag, ...onlyFlag }

  protected async execute() {
    const { flags } = await this.parse(Push)
    const means = await this.means(flags)
    const result = await push(flags.only ?? null, means)
    return { result, text: buildView({ ...result, loaded: [] }, this.width) }
  }
}
