import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { renderInvoice } from './render-invoice.ts'
import { pdfPages, pdfText } from './testing/pdf-text.ts'
import { type SampleLine, sampleInvoice } from './testing/sample-invoice.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const buyer = (name: string, ...address_lines: string[]) => ({ buyer: { name, address_lines, country: 'TR' } })

test('O30: the text has Turkish, Cyrillic, the sign of the rupee and Japanese, and nothing is replaced', async () => {
  const lines = [{ name: 'Чайник «Привет»', quantity: 1, unit_price_cents: 123_450, tax_basis_points: 1_800 }]
  const text = await pdfText(
    await renderInvoice(sampleInvoice({ currency: 'INR', ...buyer('日本 太郎', 'Moda, Kadıköy', 'Ελλάδα') }, lines)),
  )
  for (const part of ['Kadıköy', 'Привет', '₹1 234,50', '日本', 'Ελλάδα', '₹222,21', '₹4,90', '₹1 461,61']) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('\ufffd')
})

test('O30: what no font has is shown as replaced, and what is beside it as it is', async () => {
  const text = await pdfText(await renderInvoice(sampleInvoice(buyer('Kim 김 \u{1f389} Öz', 'العربية 12'))))
  expect(text).toContain('Kim \ufffd \ufffd Öz')
  expect(text).toContain('\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd 12')
})

const long = 'A very long name of a product that nobody could put on one line of a table, 日本製の非常に長い名前の商品'
const hundred: readonly SampleLine[] = Array.from({ length: 100 }, (_, index) => ({
  name: index % 10 === 0 ? `${long} ${index}` : `Product ${index}`,
  quantity: index + 1,
  unit_price_cents: 99_999,
  tax_basis_points: [0, 700, 1_900, 825][index % 4] ?? 0,
}))

test('O30: a hundred lines go over pages under one header each, and the last has the totals', async () => {
  const invoice = sampleInvoice({ currency: 'KWD' }, hundred)
  const pages = await pdfPages(await renderInvoice(invoice))
  const [last = ''] = pages.slice(-1)
  expect(pages.length).toBeGreaterThan(3)
  pages.forEach((page, index) => {
    expect(page).toContain('Net amount')
    expect(page).toContain(`Page ${index + 1} of ${pages.length}`)
  })
  const text = pages.join('\n')
  hundred.forEach((_, index) => {
    expect(text).toContain(`SKU-${index + 1}\n`)
  })
  // biome-ignore lint/plugin: exact in three digits, and read by nobody but this test
  const dinars = (cents: number) => `KWD ${(cents / 1000).toLocaleString('fr', { minimumFractionDigits: 3 })}`
  const totals = [invoice.subtotal_cents, invoice.tax_cents, invoice.shipping_cents, invoice.total_cents]
  const plain = last.replace(/[\u00a0\u202f]/g, ' ')
  for (const cents of totals) expect(plain).toContain(dinars(cents).replace(/[\u00a0\u202f]/g, ' '))
})

test('O30: a long name is broken, not cut', async () => {
  const text = await pdfText(await renderInvoice(sampleInvoice(buyer(`${long}, ${'x'.repeat(150)}`))))
  expect(text.replace(/\s/g, '')).toContain(`${long},${'x'.repeat(150)}`.replace(/\s/g, ''))
  const widest = Math.max(...text.split('\n').map((line) => line.length))
  expect(widest).toBeLessThan(100)
})

test('the order is named on one line, however wide its letters are', async () => {
  const order_id = 'bdbdbdbd-bdbd-4dbd-bdbd-bdbdbdbdbdbd'
  expect(await pdfText(await renderInvoice(sampleInvoice({ order_id })))).toContain(order_id)
})

test('a credit note says so, and what it corrects and why', async () => {
  const corrects = { number_text: 'INV-2025-000003', reason: 'One kettle came back.' }
  const facts = { series: 'CN-2026', number: 4, number_text: 'CN-2026-000004', corrects }
  const text = await pdfText(await renderInvoice(sampleInvoice(facts)))
  expect(text).toContain('Credit note')
  expect(text).toContain('Corrects invoice INV-2025-000003. One kettle came back.')
  expect(text).toContain('Total credited')
})

test('an order that cost nothing, and a note without lines, are documents too', async () => {
  const free = sampleInvoice({ payment: null, shipping_cents: 0 }, [
    { name: 'Sample', quantity: 1, unit_price_cents: 0, tax_basis_points: 1_900 },
  ])
  expect(await pdfText(await renderInvoice(free))).toContain('nothing to pay')
  expect(await pdfText(await renderInvoice(sampleInvoice({}, [])))).toContain('€4,90')
})

test('O29: one snapshot gives the same bytes each time, in whatever order its fields come', async () => {
  const { issued_at, ...others } = sampleInvoice(buyer('日本 Привет'))
  const bytes = await Promise.all([
    renderInvoice({ issued_at, ...others }),
    renderInvoice({ ...others, issued_at }),
    renderInvoice({ ...others, issued_at }),
  ])
  expect(new Set(bytes.map(sha256)).size).toBe(1)
})

test('O29: what was drawn before in this process does not change a document', async () => {
  vi.resetModules()
  const fresh = await import('./render-invoice.ts')
  // An ellipsis, which the font makes of three dots, and no dot: where glyphs are kept, the next one was read as a 5.
  const without = [{ name: 'Kettle …', quantity: 1, unit_price_cents: 1, tax_basis_points: 0 }]
  await fresh.renderInvoice(sampleInvoice({}, without))
  const invoice = sampleInvoice()
  const after = await fresh.renderInvoice(invoice)
  expect(sha256(after)).toBe(sha256(await renderInvoice(invoice)))
  expect(await pdfText(after)).toContain('Kettle, 1.7 l')
})

// Another figure here means that documents which are not stored yet will look otherwise: fonts, pdfkit or the layout.
test('O29: the document of the sample has the bytes it had on other machines', async () => {
  expect(sha256(await renderInvoice(sampleInvoice()))).toMatchInlineSnapshot(
    `"f81ba4f075c38b3196f54516cf0d9618bf4799e9b317eed7ea0aae4a9d6aba11"`,
  )
})

test('whatever is in a snapshot is in the identifier of the file', async () => {
  const idOf = async (invoice: Parameters<typeof renderInvoice>[0]) =>
    /\/ID \[<([0-9a-f]+)>/.exec(Buffer.from(await renderInvoice(invoice)).toString('latin1'))?.[1]
  const ids = await Promise.all([sampleInvoice(), sampleInvoice(buyer('A')), sampleInvoice(buyer('B'))].map(idOf))
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(new Set(ids).size).toBe(3)
})

test('any text of any script is a document that can be read, and none is an error', async () => {
  const texts = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'ại̊ ش한か्क\u0301\u200d'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 120,
  })
  const check = async (name: string, address: string, product: string) => {
    const lines = [{ name: product, quantity: 1, unit_price_cents: 1, tax_basis_points: 0 }]
    const [page = ''] = await pdfPages(await renderInvoice(sampleInvoice(buyer(name, address), lines)))
    expect(page).toContain('Total')
  }
  await fc.assert(fc.asyncProperty(texts, texts, texts, check), { numRuns: 60 })
})
