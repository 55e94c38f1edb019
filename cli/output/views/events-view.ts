import type { HandledEvent } from '../../flows/events/dead-events.ts'
import type { DeadEvent, StoredEvent } from '../../flows/events/event-answers.ts'
import type { EventsList, OfService, ReplayResult } from '../../flows/events/stored-events.ts'
import { renderTable } from '../table.ts'
import { ageInWords } from '../words-for-time.ts'

type Look = { readonly environment: string; readonly now: Date; readonly width: number | null }

/** The oldest first. */
export const eventsView = (events: readonly (StoredEvent & OfService)[], { environment, now, width }: Look): string =>
  events.length === 0
    ? `There is no such event in the outboxes of ${environment}.`
    : renderTable({
        columns: [
          { title: 'SERVICE', value: ({ service }) => service },
          { title: 'EVENT', value: ({ id }) => id },
          { title: 'TYPE', value: ({ type }) => type },
          { title: 'SUBJECT', value: ({ subject }) => subject },
          { title: 'VERSION', value: ({ version }) => String(version), align: 'right' },
          { title: 'STATE', value: ({ state }) => state },
          { title: 'WRITTEN', value: ({ createdAt }) => ageInWords(createdAt, now) },
        ],
        rows: events,
        width,
      })

/** What to type for the older ones: `--to` is not in the range, so a millisecond after the oldest that is shown. */
export const olderEvents = ({ events }: EventsList): string => {
  const to = new Date(new Date(events[0]?.createdAt ?? 0).getTime() + 1).toISOString()
  return `There are events older than these ${events.length}: add --to ${to} for them, --from for a range, or a greater --limit.`
}

const stateWords = ({ replayedAt, droppedAt, dropReason }: DeadEvent, now: Date): string => {
  if (replayedAt !== null) return `sent again ${ageInWords(replayedAt, now)}`
  return droppedAt === null ? 'dead' : `dropped ${ageInWords(droppedAt, now)}: ${dropReason}`
}

/** What consumers gave up, the oldest first. */
export const deadEventsView = (
  events: readonly (DeadEvent & OfService)[],
  { environment, now, width }: Look,
): string =>
  events.length === 0
    ? `No consumer of ${environment} has such a dead event.`
    : renderTable({
        columns: [
          { title: 'SERVICE', value: ({ service }) => service },
          { title: 'CONSUMER', value: ({ consumer }) => consumer },
          { title: 'EVENT', value: ({ id }) => id },
          { title: 'TYPE', value: ({ type }) => type },
          { title: 'TRIES', value: ({ attempts }) => String(attempts), align: 'right' },
          { title: 'PARKED', value: ({ parkedAt }) => ageInWords(parkedAt, now) },
          { title: 'STATE', value: (event) => stateWords(event, now) },
          { title: 'LAST ERROR', value: ({ lastError }) => lastError },
        ],
        rows: events,
        width,
      })

type WithEnvelope = { readonly envelope: unknown }

/** One event with all that it says. */
export const eventView = (event: StoredEvent & OfService & WithEnvelope, look: Look): string =>
  [eventsView([event], look), '', JSON.stringify(event.envelope, null, 2)].join('\n')

/** One event, once for each consumer that gave it up. */
export const deadEventView = (events: readonly (DeadEvent & OfService & WithEnvelope)[], look: Look): string =>
  [deadEventsView(events, look), '', JSON.stringify(events[0]?.envelope, null, 2)].join('\n')

const counted = (count: number): string => (count === 1 ? '1 event' : `${count} events`)

export const replayedView = ({ replayed }: ReplayResult): string => {
  const some = replayed.filter(({ count }) => count > 0)
  if (some.length === 0) return 'There was no such event; nothing is sent.'
  return some
    .map(({ service, count, ready }) =>
      ready
        ? `${service} sends ${counted(count)} again.`
        : `${service} is not ready; it sends ${counted(count)} again once it runs.`,
    )
    .join('\n')
}

export const handledView = (events: readonly HandledEvent[], done: 'given back to' | 'dropped for'): string =>
  events.length === 0
    ? 'There was no such dead event; nothing was changed.'
    : events.map(({ service, consumer, id }) => `${id} was ${done} ${consumer} of ${service}.`).join('\n')
