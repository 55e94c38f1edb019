import { expect, test } from 'vitest'
import { exampleOfAnInvoice, invoiceNumberText, invoiceSnapshotSchema, maskedReference } from './invoice-snapshot.ts'
import { sampleInvoice } from './testing/sample-invoice.ts'

const accepts = (snapshot: unknown) => invoiceSnapshotSchema.safeParse(snapshot).success

test('the example of the API document and the one of the tests are snapshots', () => {
  expect(accepts(exampleOfAnInvoice())).toBe(true)
  expect(accepts(sampleInvoice())).toBe(true)
})

test('a total that is not its parts is none, nor is a correction of an invoice without a credit note', () => {
  expect(accepts({ ...sampleInvoice(), total_cents: 1 })).toBe(false)
  expect(accepts({ ...sampleInvoice(), corrects: { number_text: 'INV-2025-000001', reason: 'returned' } })).toBe(false)
  expect(accepts({ ...sampleInvoice(), series: 'CN-2026' })).toBe(false)
})

test.each([
  ['../../etc', 'a path'],
  ['INV-2026-1', 'too short a number'],
  ['inv-2026-000001', 'small letters'],
])('%s is no number of an invoice: %s', (number_text) => {
  expect(accepts({ ...sampleInvoice(), number_text })).toBe(false)
})

test('numbers have six digits, and more where there are more', () => {
  expect(invoiceNumberText('INV-2026', 17)).toBe('INV-2026-000017')
  expect(invoiceNumberText('CN-2026', 1_234_567)).toBe('CN-2026-1234567')
})

test('of a reference its end is shown', () => {
  expect(maskedReference('pi_3MtwBwLkdIwHu7ix28a3tqPa')).toBe('…tqPa')
})
