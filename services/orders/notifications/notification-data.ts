import { z } from 'zod'

/** What add-notification.ts wrote, by template. */
export const orderData = z.object({
  order_id: z.string(),
  reason: z.string().nullable().default(null),
  amount_cents: z.int().optional(),
  currency: z.string().optional(),
})

export const stockData = z.object({ product_id: z.string(), available: z.int() })
