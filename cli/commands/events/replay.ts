import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import {
  anyEventArgument,
  consumerFlag,
  eventRangeFlags,
  eventRangeOf,
  eventReasonFlag,
  eventServiceFlag,
  servicesOf,
} from '../../event-flags.ts'
import { environmentFlag, yesFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { requireConsumer } from '../../flows/events/require-consumer.ts'
import { listEvents, type ReplayRequest, replayEvents } from '../../flows/events/stored-events.ts'
import { eventsView, replayedView } from '../../output/views/events-view.ts'

/** As many as a service names at once. */
const countedAtMost = 1000
const shownAtMost = 20

export default class EventsReplay extends FlowCommand {
  static override summary = 'Send stored events once more, as they are; who has handled one does not do so again'
  static override examples = [
    '<%= config.bin %> events replay 0192f0c4-5a00-7000-8000-0000000000e1 --env local',
    '<%= config.bin %> events replay --env local --service orders --type order.paid.v1 --from 2026-11-22 --consumer catalog-purchases',
  ]
  static override args = anyEventArgument
  static override flags = {
    ...environmentFlag,
    ...eventServiceFlag,
    ...eventRangeFlags,
    ...consumerFlag,
    reason: eventReasonFlag.reason(),
    ...yesFlag,
  }

  protected async execute() {
    const { args, flags } = await this.parse(EventsReplay)
    const { consumer, reason } = flags
    const request = { services: servicesOf(flags), id: args.id, ...eventRangeOf(flags), consumer, reason }
    const means = await this.means(flags)
    if (consumer !== undefined) await requireConsumer(consumer, means)
    if (args.id === undefined && !flags.yes) {
      await requireConfirmation({
        ...wordsFor(flags.env),
        question: await this.#questionAbout(request, means),
        declined: `No event of ${flags.env.name} was sent again.`,
        fix: toType(`${this.typed()} --yes`),
        signal: this.interrupted,
      })
    }
    const result = await replayEvents(request, means)
    return { result, text: replayedView(result) }
  }

  async #questionAbout(
    { services, type, from, to, consumer = 'every consumer' }: ReplayRequest,
    means: Awaited<ReturnType<EventsReplay['means']>>,
  ): Promise<string> {
    const { events, more } = await listEvents({ services, type, from, to, limit: countedAtMost }, means)
    const look = { environment: means.environment, now: means.now(), width: this.width }
    const count = more ? `more than ${countedAtMost}` : `${events.length}`
    const shown = events.length > shownAtMost ? `\nThese are the newest of ${count}.` : ''
    return `${eventsView(events.slice(-shownAtMost), look)}${shown}\nSend ${count} again to ${consumer}?`
  }
}
