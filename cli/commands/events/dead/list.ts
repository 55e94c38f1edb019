import * as Flags from '@oclif/core/flags'
import { consumerFlag, eventServiceFlag, eventTypeFlag, limitFlag, servicesOf } from '../../../event-flags.ts'
import { environmentFlag } from '../../../flags.ts'
import { FlowCommand } from '../../../flow-command.ts'
import { listDeadEvents } from '../../../flows/events/dead-events.ts'
import { deadEventsView } from '../../../output/views/events-view.ts'

export default class EventsDeadList extends FlowCommand {
  static override summary = 'What consumers gave up after all their tries, and why'
  static override examples = ['<%= config.bin %> events dead list --env local']
  static override flags = {
    ...environmentFlag,
    ...eventServiceFlag,
    ...consumerFlag,
    ...eventTypeFlag,
    handled: Flags.boolean({ summary: 'also those that were sent again or dropped' }),
    ...limitFlag,
  }

  protected async execute() {
    const { flags } = await this.parse(EventsDeadList)
    const { consumer, type, limit } = flags
    const handled = flags.handled ? 'included' : 'left-out'
    const means = await this.means(flags)
    const events = await listDeadEvents({ services: servicesOf(flags), consumer, type, handled, limit }, means)
    const look = { environment: flags.env.name, now: means.now(), width: this.width }
    return { result: { events }, text: deadEventsView(events, look) }
  }
}
