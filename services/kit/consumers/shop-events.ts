import type { Transaction } from 'kysely'
import type { Envelope } from '../bus/envelope.ts'
import { type EventData, type EventType, isEventType } from '../event-schemas/event-catalogue.ts'
import { eventData, judgeRead } from '../event-schemas/judge-event.ts'
import type { ConsumedEvent, Consumer, EventHandler } from './consumer.ts'

type Handlers<Tables> = {
  readonly [Type in EventType]?: (
    transaction: Transaction<Tables>,
    event: ConsumedEvent<EventData<Type>>,
  ) => Promise<void>
}

/** What a consumer does with events of the catalogue, whose contracts say what is in them: see onEvent. */
export function shopEvents<Tables>(handlers: Handlers<Tables>): Consumer<Tables>['events'] {
  return Object.fromEntries(
    Object.keys(handlers)
      .filter(isEventType)
      .map((type) => [type, handlerOf(type, handlers)]),
  )
}

function handlerOf<Tables, Type extends EventType>(type: Type, handlers: Handlers<Tables>): EventHandler<Tables> {
  const handle = handlers[type]
  return {
    prepare(envelope: Envelope) {
      const verdict = judgeRead(envelope)
      if (verdict.kind === 'unknown') return { kind: 'malformed', fault: '/type: is not in the catalogue' }
      if (verdict.kind === 'invalid') {
        return {
          kind: 'malformed',
          fault: verdict.faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '),
        }
      }
      const event = { ...verdict.envelope, data: eventData(type, verdict.envelope.data) }
      return { kind: 'good', apply: async (transaction) => handle?.(transaction, event) }
    },
  }
}
