import { z } from 'zod'
import { services } from '../../registry.ts'
import type { JsonSchema } from '../api-document-schema.ts'
import { envelopeSchema } from '../bus/envelope.ts'
import { type EventType, eventCatalogue, eventTypes } from './event-catalogue.ts'

/** The whole envelope of a type, as it travels. It says the same in JSON Schema 2020-12 and in draft 7. */
export function eventJsonSchema(type: EventType): JsonSchema {
  const { by, description, data } = eventCatalogue[type]
  const envelope = envelopeSchema.extend({
    type: z.literal(type),
    source: z.literal(services[by].longName),
    data,
  })
  const { $schema: _, ...schema } = z.toJSONSchema(envelope, {
    override({ jsonSchema }) {
      // The format says it in one word.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  })
  return { title: type, description, ...schema }
}

/** An envelope of the type with the contract's example in it. */
export function exampleEnvelope(type: EventType) {
  const { by, example } = eventCatalogue[type]
  return {
    id: '0192f0c4-5a00-7000-8000-0000000000e1',
    type,
    source: services[by].longName,
    time: '2026-11-22T13:37:00.000Z',
    subject: '0192f0c4-5a00-7000-8000-000000000004',
    aggregate_version: 1,
    request_id: '0192f0c4-5a00-7000-8000-0000000000f0',
    data: example,
  }
}

/** One file for one type: what its readers were promised. */
export const renderEventSchema = (type: EventType): string =>
  renderJson({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:shop:event:${type}`,
    ...eventJsonSchema(type),
    examples: [exampleEnvelope(type)],
  })

export const renderJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

export const renderAsyncApi = (): string => renderJson(asyncApiDocument())

/** AsyncAPI 3.0: one channel, because every service reads the same stream and passes over what it does not know. */
export function asyncApiDocument() {
  const reference = (place: string) => ({ $ref: `#/${place}` })
  const messages = eventTypes.map((type) => [messageId(type), message(type)] as const)
  const operations = Object.values(services).map(({ name, longName }) => {
    const own = eventTypes.filter((type) => eventCatalogue[type].by === name)
    const operation = {
      action: 'send',
      channel: reference('channels/events'),
      summary: `What ${longName} tells`,
      messages: own.map((type) => reference(`channels/events/messages/${messageId(type)}`)),
    }
    return [`${name}Tells`, operation] as const
  })
  const inChannel = messages.map(([id]) => [id, reference(`components/messages/${id}`)] as const)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of the shop',
      version: '1',
      description:
        'At least once, and those of one subject in their order. Known again by `id`. Within a version of a type fields ' +
        'are only added, and none that is required: pass over what you do not know.',
    },
    defaultContentType: 'application/json',
    channels: {
      events: {
        address: null,
        title: 'The bus',
        description: 'Where it is says EVENT_BUS_URL.',
        messages: Object.fromEntries(inChannel),
      },
    },
    operations: Object.fromEntries(operations),
    components: { messages: Object.fromEntries(messages) },
  }
}

const messageId = (type: EventType): string => type.replaceAll('.', '_')

function message(type: EventType) {
  const { description, subject } = eventCatalogue[type]
  return {
    name: type,
    title: type,
    summary: description,
    description: `Its subject is the ${subject}.`,
    payload: eventJsonSchema(type),
    examples: [{ name: 'example', payload: exampleEnvelope(type) }],
  }
}
