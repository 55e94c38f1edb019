import { z } from 'zod'
import type { JsonSchema } from './docs-document.ts'

const shapeSchema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  example: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  format: z.string().optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
  allOf: z.array(z.record(z.string(), z.unknown())).optional(),
})

type Components = Readonly<Record<string, JsonSchema>>

const byFormat: Readonly<Record<string, string>> = {
  uuid: '0190c4b0-0000-7000-8000-000000000000',
  'date-time': '2026-01-31T12:00:00.000Z',
  email: 'ada@shop.example',
}

const byType: Readonly<Record<string, unknown>> = { string: 'string', integer: 1, number: 1, boolean: true, null: null }

const deepest = 12

/** A value that a schema describes, from its own examples where it has any. */
export function exampleValue(schema: JsonSchema, components: Components, depth = 0): unknown {
  const shape = shapeSchema.parse(schema)
  const given = [shape.example, shape.examples?.[0], shape.const, shape.default, shape.enum?.[0]]
  const first = given.find((value) => value !== undefined)
  if (first !== undefined || depth > deepest) return first ?? null

  const inner = (part: JsonSchema) => exampleValue(part, components, depth + 1)
  if (shape.$ref !== undefined) return inner(components[shape.$ref.replace('#/components/schemas/', '')] ?? {})
  if (shape.allOf !== undefined) return Object.assign({}, ...shape.allOf.map(inner))
  const choice = shape.anyOf?.[0] ?? shape.oneOf?.[0]
  if (choice !== undefined) return inner(choice)
  if (shape.properties !== undefined) {
    return Object.fromEntries(Object.entries(shape.properties).map(([name, part]) => [name, inner(part)]))
  }
  if (shape.items !== undefined) return [inner(shape.items)]
  return byFormat[shape.format ?? ''] ?? byType[[shape.type].flat()[0] ?? ''] ?? {}
}
