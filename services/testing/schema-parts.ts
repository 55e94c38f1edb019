import { z } from 'zod'
import type { ApiDocument, JsonSchema } from '../kit/api-document-schema.ts'

const prefix = '#/components/schemas/'
const schema = z.record(z.string(), z.unknown())
const parts = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), schema).optional(),
  required: z.array(z.string()).optional(),
  allOf: z.array(schema).optional(),
  anyOf: z.array(schema).optional(),
  oneOf: z.array(schema).optional(),
})

export type Fields = { readonly properties: Readonly<Record<string, JsonSchema>>; readonly required: readonly string[] }

export const isSchema = (value: unknown): value is JsonSchema => schema.safeParse(value).success

/** Where the schemas stand that others refer to. */
export type Definitions = Pick<ApiDocument, 'components'>

/** The schema behind a reference, with the members of allOf taken together. */
export function resolved(given: JsonSchema, document: Definitions): JsonSchema {
  const { $ref, allOf } = parts.parse(given)
  if ($ref !== undefined) return resolved(document.components.schemas[$ref.slice(prefix.length)] ?? {}, document)
  if (allOf === undefined) return given
  const members = allOf.map((member) => resolved(member, document))
  const fields = [given, ...members].map(propertiesOf)
  const properties: Record<string, JsonSchema> = {}
  for (const { properties: own } of fields) {
    for (const [name, field] of Object.entries(own)) properties[name] = { ...properties[name], ...field }
  }
  return { ...Object.assign({}, ...members), properties, required: [...new Set(fields.flatMap((f) => f.required))] }
}

export function typesOf(given: JsonSchema): readonly string[] {
  const { type } = parts.parse(given)
  return type === undefined ? [] : [type].flat()
}

/** The only values that are allowed, as JSON texts; null where any is. */
export function valuesOf(given: JsonSchema): readonly string[] | null {
  const { enum: values, const: only } = parts.parse(given)
  if (values !== undefined) return values.map((value) => JSON.stringify(value))
  return only === undefined ? null : [JSON.stringify(only)]
}

export function propertiesOf(given: JsonSchema): Fields {
  const { properties = {}, required = [] } = parts.parse(given)
  return { properties, required }
}

/** The alternatives of anyOf or oneOf; the schema itself where it has none. */
export function alternativesOf(given: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf } = parts.parse(given)
  return anyOf ?? oneOf ?? [given]
}
