import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { pageSchema } from '../../kit/pagination.ts'
import { pageParameters, text } from '../../kit/query-parameters.ts'

const example = { product: '0192f0c4-5a00-7000-8000-000000000001', review: '0192f0c4-5a00-7000-8000-0000000000e1' }

export const reviewedProductParameter = z.object({
  id: idSchema.openapi({ param: { name: 'id', in: 'path' }, description: 'of the product', example: example.product }),
})

export const reviewParameters = reviewedProductParameter.extend({
  review_id: idSchema.openapi({ param: { name: 'review_id', in: 'path' }, example: example.review }),
})

/** All that whoever writes it can set. */
export const reviewContentSchema = z
  .strictObject({
    rating: z.int().min(1).max(5).openapi({ example: 4 }),
    comment: text({ least: 0, most: 5_000 }).default('').openapi({ example: 'Heats evenly, and heavy.' }),
  })
  .openapi('ReviewContent')
export type ReviewContent = z.output<typeof reviewContentSchema>

export const reviewSchema = z
  .object({
    id: z.uuid(),
    product_id: z.uuid(),
    user_id: z.uuid(),
    rating: z.int(),
    comment: z.string().openapi({ description: 'plain text as it was written, never markup' }),
    verified_purchase: z.boolean().openapi({ description: 'the product was delivered to whoever wrote it' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Review')
export type Review = z.output<typeof reviewSchema>

export const reviewPageSchema = pageSchema(reviewSchema).openapi('ReviewPage')

export const reviewListQuerySchema = z.strictObject({
  sort: z
    .enum(['created_at', '-created_at'])
    .default('-created_at')
    .openapi({ description: '`-` is descending: newest first' }),
  ...pageParameters,
})
export type ReviewListQuery = z.output<typeof reviewListQuerySchema>
