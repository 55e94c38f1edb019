import { z } from 'zod'

/** As much of an OpenAPI 3.1 document as the page shows. */
const parameterSchema = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: z.record(z.string(), z.unknown()).default({}),
})

const contentSchema = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() }))

const operationSchema = z.object({
  operationId: z.string().optional(),
  summary: z.string().default(''),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  security: z.array(z.record(z.string(), z.unknown())).default([]),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: contentSchema.optional() })),
})

export const docsDocumentSchema = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z
    .object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) })
    .default({ schemas: {} }),
})

export type DocsDocument = z.infer<typeof docsDocumentSchema>
export type DocsOperation = z.infer<typeof operationSchema>
export type DocsContent = z.infer<typeof contentSchema>
export type JsonSchema = Readonly<Record<string, unknown>>
