import * as Flags from '@oclif/core/flags'
import { environmentFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { open } from '../flows/open.ts'
import { directionsView } from '../output/views/deploy-view.ts'

export default class Open extends FlowCommand {
  static override summary = "Print the shop's addresses and open its API pages in the browser"
  static override examples = ['<%= config.bin %> open --env local']
  static override flags = {
    ...environmentFlag,
    port: Flags.integer({ min: 1, max: 65_535, summary: 'the port of this machine that leads to a cluster (8080)' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Open)
    const means = await this.means(flags)
    const { directions, opened } = await open({ port: flags.port ?? null }, means)
    const note = opened ? '' : '\n\nNo browser could be started here; open the address by hand.'
    return { result: { ...directions, opened }, text: `${directionsView(directions)}${note}` }
  }
}
