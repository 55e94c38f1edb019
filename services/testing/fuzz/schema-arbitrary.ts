import fc from 'fast-check'
import type { ApiDocument, JsonSchema } from '../../kit/api-document-schema.ts'
import { alternativesOf, isSchema, propertiesOf, resolved, typesOf, valuesOf } from '../schema-parts.ts'

/** Values that exist by the name of their field, so that requests get past the first door. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>

export type Making = { readonly document: ApiDocument; readonly known: KnownValues }

/** Values that the schema allows. `name` is the field's. */
export function madeValue(given: JsonSchema, making: Making, name = ''): fc.Arbitrary<unknown> {
  const schema = resolved(given, making.document)
  const values = valuesOf(schema)
  if (values !== null) return fc.constantFrom(...values.map((value): unknown => JSON.parse(value)))
  const choices = alternativesOf(schema)
  if (choices[0] !== schema) return fc.oneof(...choices.map((choice) => madeValue(choice, making, name)))
  const types = typesOf(schema)
  const made = types.map((type) => valueOfType(type, { schema, making, name }))
  const any = made.length === 0 ? fc.jsonValue({ maxDepth: 2 }) : fc.oneof(...made)
  const known = making.known[name] ?? []
  return known.length === 0 ? any : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, any)
}

type Part = { readonly schema: JsonSchema; readonly making: Making; readonly name: string }

function valueOfType(type: string, { schema, making, name }: Part): fc.Arbitrary<unknown> {
  if (type === 'string') return textOf(schema, making)
  if (type === 'integer') return fc.integer(numberBounds(schema))
  if (type === 'number') return fc.double({ ...numberBounds(schema), noNaN: true })
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') {
    const { minItems, maxItems } = schema
    const least = typeof minItems === 'number' ? minItems : 0
    const most = Math.min(typeof maxItems === 'number' ? maxItems : 5, least + 5)
    return fc.array(isSchema(schema.items) ? madeValue(schema.items, making, name) : fc.jsonValue(), {
      minLength: least,
      maxLength: most,
    })
  }
  const { properties, required } = propertiesOf(schema)
  const fields = Object.entries(properties).map(([field, part]) => [field, madeValue(part, making, field)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] })
}

function numberBounds({ minimum, maximum }: JsonSchema): { min: number; max: number } {
  const min = typeof minimum === 'number' ? minimum : -1_000
  return { min, max: Math.min(typeof maximum === 'number' ? maximum : 1_000_000, 2 ** 31 - 1) }
}

function textOf(schema: JsonSchema, { known }: Making): fc.Arbitrary<string> {
  const { format, pattern, minLength, maxLength } = schema
  if (format === 'uuid') {
    const ids = (known.id ?? []).map(String)
    return ids.length === 0 ? fc.uuid() : fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 3 }, fc.uuid())
  }
  if (format === 'date-time') return fc.constant('2026-01-31T12:00:00.000Z')
  if (format === 'email') return fc.emailAddress()
  const least = typeof minLength === 'number' ? minLength : 0
  const most = typeof maxLength === 'number' ? maxLength : 60
  if (typeof pattern === 'string') {
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= least && text.length <= most)
  }
  return fc.string({ unit: 'grapheme', minLength: least, maxLength: Math.min(most, least + 60) })
}
