import { taxOf } from '../../drafts/charges.ts'
import { type InvoiceLine, type InvoiceSnapshot, invoiceNumberText } from '../invoice-snapshot.ts'

export type SampleLine = Pick<InvoiceLine, 'name' | 'quantity' | 'unit_price_cents' | 'tax_basis_points'>

const defaultLines: readonly SampleLine[] = [
  { name: 'Kettle, 1.7 l', quantity: 2, unit_price_cents: 4_990, tax_basis_points: 1_900 },
  {
    name: 'Green tea 日本, loose, from the slopes above Uji',
    quantity: 1,
    unit_price_cents: 1_250,
    tax_basis_points: 700,
  },
]

/** An invoice whose sums are right, with what the test says of it. */
export function sampleInvoice(
  facts: Partial<Omit<InvoiceSnapshot, 'lines'>> = {},
  samples: readonly SampleLine[] = defaultLines,
): InvoiceSnapshot {
  const lines = samples.map((line, index) => {
    const total_cents = line.quantity * line.unit_price_cents
    const tax_cents = taxOf(total_cents, line.tax_basis_points)
    return { ...line, sku: `SKU-${index + 1}`, total_cents, tax_cents }
  })
  const subtotal_cents = lines.reduce((sum, { total_cents }) => sum + total_cents, 0)
  const tax_cents = lines.reduce((sum, line) => sum + line.tax_cents, 0)
  const shipping_cents = facts.shipping_cents ?? 490
  return {
    version: 1,
    series: 'INV-2026',
    number: 17,
    number_text: invoiceNumberText('INV-2026', 17),
    issued_at: '2026-11-23T09:41:00.000Z',
    order_id: '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a',
    seller: {
      name: 'Shop GmbH',
      address_lines: ['Hauptstraße 1', '10115 Berlin'],
      country: 'DE',
      tax_id: 'DE123456789',
    },
    buyer: {
      name: 'Ayşe Yılmaz',
      address_lines: ['Moda Caddesi 12', '34710 Kadıköy', 'İstanbul'],
      country: 'TR',
    },
    currency: 'EUR',
    lines,
    subtotal_cents,
    tax_cents,
    shipping_cents,
    total_cents: subtotal_cents + tax_cents + shipping_cents,
    payment: { provider: 'stripe', reference: '…4242' },
    corrects: null,
    ...facts,
  }
}
