import { consumerFlag, eventArgument, eventServiceFlag, servicesOf } from '../../../event-flags.ts'
import { environmentFlag } from '../../../flags.ts'
import { FlowCommand } from '../../../flow-command.ts'
import { showDeadEvent } from '../../../flows/events/dead-events.ts'
import { deadEventView } from '../../../output/views/events-view.ts'

export default class EventsDeadShow extends FlowCommand {
  static override summary = 'A dead event with all that it says'
  static override examples = ['<%= config.bin %> events dead show 0192f0c4-5a00-7000-8000-0000000000e1 --env local']
  static override args = eventArgument
  static override flags = { ...environmentFlag, ...eventServiceFlag, ...consumerFlag }

  protected async execute() {
    const { args, flags } = await this.parse(EventsDeadShow)
    const means = await this.means(flags)
    const { consumer } = flags
    const events = await showDeadEvent({ id: args.id, services: servicesOf(flags), consumer }, means)
    const look = { environment: flags.env.name, now: means.now(), width: this.width }
    return { result: { events }, text: deadEventView(events, look) }
  }
}
