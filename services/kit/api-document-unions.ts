import { z } from 'zod'
import { type ApiDocument, apiDocumentSchema, type JsonSchema } from './api-document-schema.ts'

const prefix = '#/components/schemas/'
const jsonSchema = z.record(z.string(), z.unknown())
const unionSchema = z.object({ allOf: z.array(jsonSchema) })
const objectSchema = z.object({
  properties: z.record(z.string(), jsonSchema).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.unknown().optional(),
})

/**
 * A named object that is extended comes as `allOf` of the named one and the rest. Where both are strict each forbids the
 * other's fields, so that nothing would fit: such a union is told as the one object that it is.
 */
export function withoutStrictUnions(document: ApiDocument): ApiDocument {
  const { schemas } = document.components
  return apiDocumentSchema.parse(walk(document, (schema) => merged(schema, schemas) ?? schema))
}

function merged(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): JsonSchema | null {
  const members = membersOf(schema, schemas)
  if (members.length < 2 || members.some((member) => member.type !== 'object')) return null
  const parts = members.map((member) => objectSchema.parse(member))
  if (parts.every(({ additionalProperties }) => additionalProperties !== false)) return null
  const { allOf: _, ...rest } = schema
  return {
    ...rest,
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: [...new Set(parts.flatMap(({ required }) => required))],
    additionalProperties: false,
  }
}

/** What a union is made of, references and unions inside it resolved; the schema itself where it is none. */
function membersOf(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): readonly JsonSchema[] {
  if (typeof schema.$ref === 'string') return membersOf(schemas[schema.$ref.slice(prefix.length)] ?? {}, schemas)
  const union = unionSchema.safeParse(schema)
  return union.success ? union.data.allOf.flatMap((member) => membersOf(member, schemas)) : [schema]
}

/** Changes every object in a JSON value that is a union of schemas. */
function walk(value: unknown, change: (schema: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((member) => walk(member, change))
  const object = jsonSchema.safeParse(value)
  if (!object.success) return value
  const changed = 'allOf' in object.data ? change(object.data) : object.data
  return Object.fromEntries(Object.entries(changed).map(([name, member]) => [name, walk(member, change)]))
}
