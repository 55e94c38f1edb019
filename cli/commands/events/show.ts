import { eventArgument, eventServiceFlag, servicesOf } from '../../event-flags.ts'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { showEvent } from '../../flows/events/stored-events.ts'
import { eventView } from '../../output/views/events-view.ts'

export default class EventsShow extends FlowCommand {
  static override summary = 'One event with all that it says'
  static override examples = ['<%= config.bin %> events show 0192f0c4-5a00-7000-8000-0000000000e1 --env local']
  static override args = eventArgument
  static override flags = { ...environmentFlag, ...eventServiceFlag }

  protected async execute() {
    const { args, flags } = await this.parse(EventsShow)
    const means = await this.means(flags)
    const event = await showEvent({ id: args.id, services: servicesOf(flags) }, means)
    const look = { environment: flags.env.name, now: means.now(), width: this.width }
    return { result: { event }, text: eventView(event, look) }
  }
}
