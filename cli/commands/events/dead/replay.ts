import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../../../confirm.ts'
import { toType } from '../../../errors/to-type.ts'
import {
  anyEventArgument,
  consumerFlag,
  eventReasonFlag,
  eventServiceFlag,
  eventTypeFlag,
  servicesOf,
} from '../../../event-flags.ts'
import { environmentFlag, yesFlag } from '../../../flags.ts'
import { FlowCommand } from '../../../flow-command.ts'
import { listDeadEvents, replayDeadEvents } from '../../../flows/events/dead-events.ts'
import { deadEventsView, handledView } from '../../../output/views/events-view.ts'

const shownAtMost = 20

export default class EventsDeadReplay extends FlowCommand {
  static override summary = 'Give dead events back to their consumers, under their ids; what took effect has none again'
  static override examples = [
    '<%= config.bin %> events dead replay 0192f0c4-5a00-7000-8000-0000000000e1 --env local',
    '<%= config.bin %> events dead replay --all --type order.paid.v1 --env local',
  ]
  static override args = anyEventArgument
  static override flags = {
    ...environmentFlag,
    ...eventServiceFlag,
    all: Flags.boolean({ summary: 'all that fit, in place of one' }),
    ...consumerFlag,
    ...eventTypeFlag,
    reason: eventReasonFlag.reason(),
    ...yesFlag,
  }

  protected async execute() {
    const { args, flags } = await this.parse(EventsDeadReplay)
    if ((flags.all ?? false) === (args.id !== undefined))
      throw new CLIError('Name one event by its id, or all that fit by --all.')
    const { consumer, type, reason } = flags
    const services = servicesOf(flags)
    const means = await this.means(flags)
    if (flags.all && !flags.yes) {
      const shown = { services, consumer, type, handled: 'left-out', limit: shownAtMost } as const
      const events = await listDeadEvents(shown, means)
      if (events.length === 0) return { result: { replayed: [] }, text: handledView([], 'given back to') }
      const look = { environment: flags.env.name, now: means.now(), width: this.width }
      const more = events.length < shownAtMost ? '' : '\n… and all later ones that fit'
      await requireConfirmation({
        ...wordsFor(flags.env),
        question: `${deadEventsView(events, look)}${more}\nGive them back to their consumers?`,
        declined: `No dead event of ${flags.env.name} was sent again.`,
        fix: toType(`${this.typed()} --yes`),
        signal: this.interrupted,
      })
    }
    const replayed = await replayDeadEvents({ services, id: args.id, consumer, type, reason }, means)
    return { result: { replayed }, text: handledView(replayed, 'given back to') }
  }
}
