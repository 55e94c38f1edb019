import * as Flags from '@oclif/core/flags'
import { interruption } from '../errors/interruption.ts'
import { environmentFlag, servicesFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { type TopLook, top } from '../flows/top.ts'
import { topView } from '../output/views/top-view.ts'

const everyMilliseconds = 2000

export default class Top extends FlowCommand {
  static override summary = 'How each service fares now, old and new release apart; on a terminal until Ctrl-C'

  static override examples = ['<%= config.bin %> top --env local', '<%= config.bin %> top --env prod --once --json']

  static override flags = {
    ...environmentFlag,
    ...servicesFlag('these services only'),
    once: Flags.boolean({ summary: 'one look, as without a terminal and with --json' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Top)
    const means = await this.means(flags)
    const screen = flags.once || flags.json ? null : await this.openScreen(flags)
    const signal = AbortSignal.any([this.interrupted, this.readerGone])
    const looks = screen === null ? ('once' as const) : ('live' as const)
    let last: TopLook | null = null
    const request = { only: flags.only ?? null, looks, everyMilliseconds, variables: process.env, signal }
    for await (const look of top(request, means)) {
      last = look
      screen?.draw(topView(look, { width: null }))
    }
    // What goes on until Ctrl-C has come to its end by it; a look that was cut short is none.
    if (last === null && screen === null) throw interruption(signal, 'looking; nothing was changed')
    return { result: last, text: last === null || screen !== null ? '' : topView(last, { width: this.width }) }
  }
}
