import { z } from '@hono/zod-openapi'
import { pageSchema } from '../../kit/pagination.ts'

export const categorySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    parent_id: z.uuid().nullable(),
    version: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Category')
export type Category = z.output<typeof categorySchema>

export type CategoryNode = Category & { children: CategoryNode[] }

const nodeSchema: z.ZodType<CategoryNode> = z
  .lazy(() => categorySchema.extend({ children: z.array(nodeSchema) }))
  .openapi('CategoryNode')

export const categoryPageSchema = pageSchema(categorySchema).openapi('CategoryPage')
export const categoryTreeSchema = z.object({ data: z.array(nodeSchema) }).openapi('CategoryTree')
