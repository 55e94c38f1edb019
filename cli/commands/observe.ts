import * as Flags from '@oclif/core/flags'
import { environmentFlag, waitFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { observe, refuseElsewhere, stopObserving } from '../flows/observe.ts'
import { observeView, stoppedObservingView } from '../output/views/observe-view.ts'

/** Two that are typed at once both come to their end. */
const waitSeconds = 30

export default class Observe extends FlowCommand {
  static override summary = 'Watch the local shop with Prometheus and Alertmanager of this machine'

  static override examples = [
    '<%= config.bin %> observe --env local',
    '<%= config.bin %> observe --env local --webhook http://127.0.0.1:9095/alerts',
    '<%= config.bin %> observe --env local --stop',
  ]

  static override flags = {
    ...environmentFlag,
    ...waitFlag,
    stop: Flags.boolean({ summary: 'end both; what was measured stays' }),
    webhook: Flags.string({
      helpValue: 'URL',
      summary: 'is posted what elsewhere pages, chats and mails',
      exclusive: ['stop'],
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(Observe)
    refuseElsewhere(flags.env)
    const means = await this.means(flags)
    const wait = { waitSeconds: flags.wait ?? waitSeconds }
    if (flags.stop) {
      const result = await stopObserving(wait, means)
      return { result, text: stoppedObservingView(result) }
    }
    const result = await observe({ ...wait, webhookUrl: flags.webhook ?? null }, means)
    return { result, text: observeView(result, { now: means.now(), width: this.width }) }
  }
}
