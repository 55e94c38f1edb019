import { errorParts, type LogField, type LogFieldType, logFields } from './log-fields.ts'

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const

const errorSchema = {
  type: 'object',
  properties: Object.fromEntries(errorParts.map((part) => [part, text])),
  required: ['type', 'message'],
  additionalProperties: false,
} as const

const shapes: Readonly<Record<LogFieldType, Readonly<Record<string, unknown>>>> = {
  date: { type: 'string', format: 'date-time' },
  keyword: { type: 'string', minLength: 1 },
  text,
  short: { type: 'integer', minimum: 100, maximum: 599 },
  integer: count,
  long: count,
  float: { type: 'number', minimum: 0 },
  ip: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
  error: errorSchema,
}

const propertyOf = ({ type, about, oneOf, pattern }: LogField) => ({
  description: about,
  ...shapes[type],
  ...(oneOf === undefined ? {} : { enum: oneOf }),
  ...(pattern === undefined ? {} : { pattern: `^(${pattern})$` }),
})

const namesOf = (where: LogField['neededIn']): readonly string[] =>
  logFields.filter(({ neededIn }) => neededIn === where).map(({ name }) => name)

/** JSON Schema of one line, for who reads the shop's logs by program. */
export const logLineSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A line of the shop’s log',
  description: 'Further fields belong to one message; they are never null, and nobody relies on them.',
  type: 'object',
  properties: Object.fromEntries(
    logFields.filter(({ ofOthers }) => ofOthers !== true).map((field) => [field.name, propertyOf(field)]),
  ),
  required: namesOf('line'),
  propertyNames: { pattern: '^[a-z][a-z0-9_]*$' },
  additionalProperties: { not: { type: 'null' } },
  // A line that tells of a request by its route.
  if: { required: ['route'] },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { required: [...namesOf('access'), 'status_code', 'duration_ms'] },
} as const

export const renderLogLineSchema = (): string => `${JSON.stringify(logLineSchema, null, 2)}\n`
