import { consumerFlag, eventArgument, eventReasonFlag, eventServiceFlag, servicesOf } from '../../../event-flags.ts'
import { environmentFlag } from '../../../flags.ts'
import { FlowCommand } from '../../../flow-command.ts'
import { dropDeadEvent } from '../../../flows/events/dead-events.ts'
import { handledView } from '../../../output/views/events-view.ts'

export default class EventsDeadDrop extends FlowCommand {
  static override summary = 'Let a dead event go: it never takes effect, and the trail keeps who did so and why'
  static override examples = [
    '<%= config.bin %> events dead drop 0192f0c4-5a00-7000-8000-0000000000e1 --reason "the account is gone" --env local',
  ]
  static override args = eventArgument
  static override flags = {
    ...environmentFlag,
    ...eventServiceFlag,
    ...consumerFlag,
    reason: eventReasonFlag.reason({ required: true }),
  }

  protected async execute() {
    const { args, flags } = await this.parse(EventsDeadDrop)
    const { consumer, reason } = flags
    const means = await this.means(flags)
    const dropped = await dropDeadEvent({ id: args.id, services: servicesOf(flags), consumer, reason }, means)
    return { result: { dropped }, text: handledView(dropped, 'dropped for') }
  }
}
