import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { nameSchema } from '../../kit/name-schema.ts'
import { pageSchema } from '../../kit/pagination.ts'

export const categoryIdParameter = z.object({
  id: idSchema.openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-5a00-7000-8000-0000000000c1' }),
})

/** All that an admin can set. */
export const categoryContentSchema = z
  .strictObject({
    name: nameSchema(100).openapi({
      description: 'unique below its parent, whatever the case of its letters',
      example: 'Kitchen',
    }),
    parent_id: idSchema.nullable().default(null).openapi({ description: 'null: at the root' }),
  })
  .openapi('CategoryContent')
export type CategoryContent = z.output<typeof categoryContentSchema>

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

export const categoryWithPathSchema = categorySchema
  .extend({
    path: z
      .array(z.object({ id: z.uuid(), name: z.string() }))
      .openapi({ description: 'from the root down to this category' }),
  })
  .openapi('CategoryWithPath')
export type CategoryWithPath = z.output<typeof categoryWithPathSchema>

export type CategoryNode = Category & { children: CategoryNode[] }

const nodeSchema: z.ZodType<CategoryNode> = z
  .lazy(() => categorySchema.extend({ children: z.array(nodeSchema) }))
  .openapi('CategoryNode')

export const categoryPageSchema = pageSchema(categorySchema).openapi('CategoryPage')
export const categoryTreeSchema = z.object({ data: z.array(nodeSchema) }).openapi('CategoryTree')
