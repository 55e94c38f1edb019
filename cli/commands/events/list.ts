import * as Flags from '@oclif/core/flags'
import { eventRangeFlags, eventRangeOf, eventServiceFlag, limitFlag, servicesOf } from '../../event-flags.ts'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { listEvents } from '../../flows/events/stored-events.ts'
import { eventsView, olderEvents } from '../../output/views/events-view.ts'

export default class EventsList extends FlowCommand {
  static override summary = 'What the services have told, and what of it is not sent yet; kept for two weeks'
  static override examples = [
    '<%= config.bin %> events list --env local --type order.paid.v1 --from 2026-11-22',
    '<%= config.bin %> events list --env local --state refused',
  ]
  static override flags = {
    ...environmentFlag,
    ...eventServiceFlag,
    ...eventRangeFlags,
    state: Flags.option({
      options: ['published', 'unpublished', 'refused'] as const,
      summary: 'in this state only; what is refused the bus does not take',
    })(),
    ...limitFlag,
  }

  protected async execute() {
    const { flags } = await this.parse(EventsList)
    const { state, limit } = flags
    const request = { services: servicesOf(flags), ...eventRangeOf(flags), state, limit }
    const means = await this.means(flags)
    const listed = await listEvents(request, means)
    const look = { environment: flags.env.name, now: means.now(), width: this.width }
    const note = listed.more ? olderEvents(listed) : undefined
    return { result: listed, text: eventsView(listed.events, look), note }
  }
}
