import { expect, test } from 'vitest'
import { z } from 'zod'
import { serviceNames } from '../../registry.ts'
import type { JsonSchema } from '../api-document-schema.ts'
import type { NewEvent, Outbox } from '../events.ts'
import { eventCatalogue, eventTypes, eventTypesOf } from './event-catalogue.ts'
import { eventJsonSchema } from './event-documents.ts'
import { currency, series, word } from './event-fields.ts'
import { orderReferencePattern } from './product-events.ts'

const node = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
})

/** Text in which nobody has written: of one form, and of ours. */
const ours: ReadonlySet<string | undefined> = new Set([
  ...[currency, word, series].map((text) => node.parse(z.toJSONSchema(text)).pattern),
  orderReferencePattern,
])

const typed = ['Zoë', 'Ada Lovelace', 'ada@example.com', '+49 30 1234567', '12 St James Square', '4111 1111 1111 1111']

test.each(typed)('E20: no form of text in an event lets %j through', (text) => {
  for (const form of ours) expect(text).not.toMatch(new RegExp(form ?? ''))
})

/** Places of a schema that could hold what a person wrote. */
function openPlaces(schema: unknown, place: string): readonly string[] {
  const { type, format, pattern, enum: words, const: only, properties, items, anyOf, ...rest } = node.parse(schema)
  if (anyOf !== undefined) return anyOf.flatMap((choice) => openPlaces(choice, place))
  if (properties !== undefined || type === 'object') {
    const open = rest.additionalProperties === false ? [] : [`${place} takes any field`]
    return [
      ...open,
      ...Object.entries(properties ?? {}).flatMap(([name, field]) => openPlaces(field, `${place}.${name}`)),
    ]
  }
  if (items !== undefined) return openPlaces(items, `${place}[]`)
  if (['integer', 'boolean', 'null'].some((closed) => closed === type)) return []
  const isClosed = format === 'uuid' || words !== undefined || only !== undefined
  return isClosed || (pattern !== undefined && ours.has(pattern)) ? [] : [`${place} is text`]
}

const personal = /name|mail|address|phone|street|city|postal|birth|password|token$|secret|card|note|comment|text|ip$/

function namesOf(schema: JsonSchema): readonly string[] {
  return [...JSON.stringify(schema).matchAll(/"(\w+)":\{/g)].flatMap(([, name]) => name ?? [])
}

const dataOf = (type: (typeof eventTypes)[number]) => z.toJSONSchema(eventCatalogue[type].data)

test.each(eventTypes)('E20: no field of %s can hold what a person has typed', (type) => {
  expect(openPlaces(dataOf(type), 'data')).toEqual([])
  expect(namesOf(dataOf(type)).filter((name) => personal.test(name))).toEqual([])
})

test('E20: a text, a list of texts, an open object and a telling name would be found', () => {
  const found = z.strictObject({
    note: z.string(),
    lines: z.array(z.strictObject({ title: z.string().max(10).nullable() })),
    more: z.record(z.string(), z.int()),
  })
  expect(openPlaces(z.toJSONSchema(found), 'data')).toEqual([
    'data.note is text',
    'data.lines[].title is text',
    'data.more takes any field',
  ])
  expect(namesOf(z.toJSONSchema(z.strictObject({ shipping_address: z.uuid() })))).toContain('shipping_address')
})

test('every type is of one service, told as the table of events.md writes it', () => {
  expect(serviceNames.flatMap(eventTypesOf)).toEqual(eventTypes)
  for (const type of eventTypes) {
    expect(type).toMatch(/^[a-z]+\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]?$/)
    expect(eventJsonSchema(type).description).toMatch(/\.$/)
  }
  expect(eventTypesOf('users')).toEqual([
    'user.registered.v1',
    'user.verified.v1',
    'user.closed.v1',
    'user.role_changed.v1',
    'user.mail_requested.v1',
  ])
  expect(eventTypesOf('orders')).toEqual(expect.arrayContaining(['order.placed.v1', 'invoice.issued.v1']))
})

test('a type that is none and data that is another’s do not compile', () => {
  const subject = '0192f0c4-5a00-7000-8000-000000000004'
  type Appended = Parameters<Outbox['append']>[1]
  const events: Appended = [
    { type: 'user.closed.v1', subject, data: {} },
    // @ts-expect-error no such version
    { type: 'user.closed.v2', subject, data: {} },
    // @ts-expect-error a role is missing
    { type: 'user.role_changed.v1', subject, data: {} },
    // @ts-expect-error no such role
    { type: 'user.role_changed.v1', subject, data: { role: 'root' } },
    // @ts-expect-error a name has no place
    { type: 'user.role_changed.v1', subject, data: { role: 'admin', name: 'Ada' } },
  ]
  const free: readonly NewEvent[] = events
  expect(free).toHaveLength(5)
})
