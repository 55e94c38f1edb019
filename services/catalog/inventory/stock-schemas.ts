import { z } from '@hono/zod-openapi'
import { text } from '../../kit/query-parameters.ts'

export const stockSchema = z
  .object({
    product_id: z.uuid(),
    quantity: z.int().openapi({ description: 'units on hand' }),
    reserved: z.int().openapi({ description: 'of these held by active reservations' }),
    available: z.int().openapi({ description: 'quantity − reserved' }),
    location: z.string(),
    version: z.int(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Stock')
export type Stock = z.output<typeof stockSchema>

export const newStockSchema = z
  .strictObject({
    quantity: z.int().min(0).max(1_000_000_000),
    location: text({ least: 1, most: 100 }).optional(),
  })
  .openapi('NewStock')
export type NewStock = z.output<typeof newStockSchema>
