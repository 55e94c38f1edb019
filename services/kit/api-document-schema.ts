import { z } from 'zod'
import { roles } from './principal.ts'

const jsonSchema = z.record(z.string(), z.unknown())
export type JsonSchema = z.output<typeof jsonSchema>

const mediaType = z.looseObject({
  schema: jsonSchema.optional(),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.unknown()).optional(),
})
export type ApiContent = z.output<typeof contentSchema>
const contentSchema = z.record(z.string(), mediaType)

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: jsonSchema,
})
export type ApiParameter = z.output<typeof parameterSchema>

const headerSchema = z.looseObject({ description: z.string().optional(), schema: jsonSchema })
export type ApiHeader = z.output<typeof headerSchema>

const problemKindSchema = z.object({ code: z.string(), status: z.int(), title: z.string() })
export type ApiProblemKind = z.output<typeof problemKindSchema>

const responseSchema = z.looseObject({
  description: z.string(),
  headers: z.record(z.string(), headerSchema).optional(),
  content: contentSchema.optional(),
  /** The kinds behind a status, as problemResponses() tells them. The finished document names their codes instead. */
  'x-problems': z.array(problemKindSchema).optional(),
})
export type ApiResponse = z.output<typeof responseSchema>

/** Who may call, as the guard tells it: the row of the access table. */
const accessSchema = z.union([
  z.literal('anyone'),
  z.object({
    roles: z.array(z.enum(roles)),
    scope: z.string().nullable(),
    verifiedEmail: z.literal(true).optional(),
  }),
])
export type ApiAccess = z.output<typeof accessSchema>

const operationSchema = z.looseObject({
  operationId: z.string(),
  summary: z.string().default(''),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.looseObject({ required: z.boolean().default(false), content: contentSchema }).optional(),
  responses: z.record(z.string(), responseSchema),
  'x-access': accessSchema.optional(),
  /** Of the whole operation, by what is around its route. */
  'x-problems': z.array(problemKindSchema).optional(),
})
export type ApiOperation = z.output<typeof operationSchema>

/** As much of OpenAPI 3.1 as our routes make; what is not named here stays as it is. */
export const apiDocumentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), jsonSchema).default({}) }).default({ schemas: {} }),
})
export type ApiDocument = z.output<typeof apiDocumentSchema>

export type PlacedOperation = { readonly path: string; readonly method: string; readonly operation: ApiOperation }

/** Every operation with its place, in the document's order. */
export function operationsOf(document: ApiDocument): readonly PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
}
