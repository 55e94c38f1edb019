import { z } from '@hono/zod-openapi'
import { text } from '../../kit/query-parameters.ts'
import { cents, centsAtMost } from '../order-contract.ts'

const amount = cents.max(centsAtMost)
const line = text({ least: 1, most: 300 })
const party = {
  name: line,
  address_lines: z.array(line).max(8),
  country: z.string().regex(/^[A-Z]{2}$/),
}
const series = z.string().regex(/^(INV|CN)-\d{4}$/)
const numberText = z.string().regex(/^(INV|CN)-\d{4}-\d{6,10}$/)

/**
 * All that an invoice or a credit note says, as it was when the number was given. Amounts are in the currency's minor
 * unit; those of a line are without its tax, but for `tax_cents`. The order of the fields is the order in the JSON form.
 */
export const invoiceSnapshotSchema = z
  .strictObject({
    version: z.literal(1),
    series: series.openapi({ description: 'INV for invoices and CN for credit notes, and the year' }),
    number: z.int().min(1).openapi({ description: 'without gaps in its series' }),
    number_text: numberText,
    issued_at: z.iso.datetime({ precision: 3 }),
    order_id: z.uuid(),
    seller: z.strictObject({ ...party, tax_id: line }),
    buyer: z.strictObject(party),
    currency: z.string().regex(/^[A-Z]{3}$/),
    lines: z
      .array(
        z.strictObject({
          name: line,
          sku: line,
          quantity: z.int().min(1),
          unit_price_cents: amount,
          tax_basis_points: z.int().min(0).max(10_000),
          tax_cents: amount,
          total_cents: amount,
        }),
      )
      .max(100),
    subtotal_cents: amount,
    tax_cents: amount,
    shipping_cents: amount,
    total_cents: amount,
    payment: z
      .strictObject({ provider: z.string().min(1).max(40), reference: line })
      .nullable()
      .openapi({ description: 'how it was paid, of the reference only the end; null where nothing was to pay' }),
    corrects: z
      .strictObject({ number_text: numberText, reason: text({ least: 1, most: 500 }) })
      .nullable()
      .openapi({ description: 'the invoice that a credit note corrects' }),
  })
  .refine(({ subtotal_cents, tax_cents, shipping_cents, total_cents }) => {
    return total_cents === subtotal_cents + tax_cents + shipping_cents
  }, 'the total is not its parts')
  .refine(({ series, corrects }) => series.startsWith('CN') === (corrects !== null), 'only a credit note corrects')
  .openapi('Invoice', { example: exampleOfAnInvoice() })

export type InvoiceSnapshot = z.infer<typeof invoiceSnapshotSchema>
/** Before it has its number, which it gets as late as can be. */
export type UnnumberedInvoice = Omit<InvoiceSnapshot, 'number' | 'number_text'>
export type InvoiceLine = InvoiceSnapshot['lines'][number]

/** `INV-2026` and 17: `INV-2026-000017`. */
export const invoiceNumberText = (series: string, number: number): string =>
  `${series}-${String(number).padStart(6, '0')}`

/** Of what a provider calls a payment, as much as a customer needs to find it. */
export const maskedReference = (reference: string): string => `…${reference.slice(-4)}`

export type InvoiceParty = InvoiceSnapshot['buyer']
export type InvoiceSeller = InvoiceSnapshot['seller']

/** For the API document. */
export function exampleOfAnInvoice() {
  return {
    version: 1,
    series: 'INV-2026',
    number: 17,
    number_text: 'INV-2026-000017',
    issued_at: '2026-11-22T13:37:00.000Z',
    order_id: '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a',
    seller: {
      name: 'Shop GmbH',
      address_lines: ['Hauptstraße 1', '10115 Berlin'],
      country: 'DE',
      tax_id: 'DE123456789',
    },
    buyer: { name: 'Ada Lovelace', address_lines: ['12 St James Square', 'London SW1Y 4JH'], country: 'GB' },
    currency: 'EUR',
    lines: [
      {
        name: 'Kettle',
        sku: 'KT-17',
        quantity: 2,
        unit_price_cents: 4_990,
        tax_basis_points: 1_900,
        tax_cents: 1_896,
        total_cents: 9_980,
      },
    ],
    subtotal_cents: 9_980,
    tax_cents: 1_896,
    shipping_cents: 490,
    total_cents: 12_366,
    payment: { provider: 'stripe', reference: '…4242' },
    corrects: null,
  }
}
