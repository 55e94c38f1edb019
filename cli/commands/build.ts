import * as Flags from '@oclif/core/flags'
import { environmentFlag, onlyFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { build } from '../flows/build.ts'
import { buildView } from '../output/views/build-view.ts'

export default class Build extends FlowCommand {
  static override summary = 'Make what an environment would run from the source as it is; nothing is pushed or started'
  static override examples = ['<%= config.bin %> build --env staging', '<%= config.bin %> build --env dev --load']
  static override flags = {
    ...environmentFlag,
    ...onlyFlag,
    load: Flags.boolean({ summary: 'also load the images into the local container engine' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Build)
    const means = await this.means(flags)
    const result = await build({ services: flags.only ?? null, into: flags.load ? 'engine' : 'store' }, means)
    return { result, text: buildView(result, this.width) }
  }
}
