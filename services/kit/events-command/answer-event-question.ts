import type { Kysely } from 'kysely'
import { dropDeadEvents, listDeadEvents, replayDeadEvents, showDeadEvent } from '../consumers/dead-letters.ts'
import { listOutbox, replayOutbox, showOutboxEvent } from '../outbox/replay.ts'
import type { EventQuestion } from './event-question.ts'

export type EventsAsked<Tables> = {
  readonly database: Kysely<Tables>
  /** Service.consumes. */
  readonly consumes: readonly string[]
}

/**
 * What the service's own database says, as it is printed. A replay marks rows; the relay and the consumers of the
 * running service do the work.
 */
export async function answerEventQuestion<Tables>(
  { database, consumes }: EventsAsked<Tables>,
  question: EventQuestion,
): Promise<Readonly<Record<string, unknown>>> {
  switch (question.ask) {
    case 'list': {
      const { limit } = question
      const found = await listOutbox(database, { ...question, limit: limit + 1 })
      return { events: found.slice(-limit), more: found.length > limit }
    }
    case 'show':
      return { event: (await showOutboxEvent(database, question.id)) ?? null }
    case 'replay': {
      const { ask: _, actor, reason, ...wanted } = question
      return { replayed: await replayOutbox(database, wanted, { actor, reason }) }
    }
    case 'consumers':
      return { consumers: consumes }
    case 'dead list':
      return { dead: await listDeadEvents(database, question) }
    case 'dead show':
      return { dead: await showDeadEvent(database, { eventId: question.id, consumer: question.consumer }) }
    case 'dead replay': {
      const { id: eventId, consumer, type, actor, reason } = question
      return { replayed: await replayDeadEvents(database, { eventId, consumer, type }, { actor, reason }) }
    }
    case 'dead drop': {
      const { id: eventId, consumer, actor, reason } = question
      return { dropped: await dropDeadEvents(database, { eventId, consumer }, { actor, reason }) }
    }
  }
}
