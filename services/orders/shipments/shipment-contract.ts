import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { linesAtMost, quantity } from '../order-contract.ts'

export const carrierName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'must be 1 to 50 small letters, digits, hyphens or underscores')
  .openapi({ example: 'dhl' })

export const trackingNumber = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'must be 1 to 100 letters, digits or hyphens')
  .openapi({ example: '00340434161094042557' })

export const newShipmentSchema = z
  .strictObject({
    carrier: carrierName,
    tracking_number: trackingNumber
      .optional()
      .openapi({ description: 'without it the carrier is asked for one, where the shop is connected to it' }),
    lines: z
      .array(z.strictObject({ order_item_id: idSchema, quantity }))
      .min(1)
      .max(linesAtMost)
      .optional()
      .openapi({ description: 'equal items are added up; without lines all that is left' }),
  })
  .openapi('NewShipment', { example: { carrier: 'dhl', tracking_number: '00340434161094042557' } })
export type NewShipment = z.output<typeof newShipmentSchema>
