import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Problem } from '../../kit/problems.ts'
import { centsAtMost } from '../order-contract.ts'
import { type Charges, taxOf } from './charges.ts'
import { addUp, type CatalogProduct, priceOrder } from './price-order.ts'

const pan: CatalogProduct = { id: randomUUID(), sku: 'PAN', name: 'Pan', price: 1_999, currency: 'EUR' }
const pot: CatalogProduct = { id: randomUUID(), sku: 'POT', name: 'Pot', price: 5, currency: 'EUR' }

const noCharges: Charges = { taxBasisPoints: 0, shippingCents: () => 0 }

const price = (
  wanted: readonly { product: CatalogProduct; quantity: number }[],
  { known = wanted.map((line) => line.product), charges = noCharges } = {},
) => {
  const items = wanted.map(({ product, quantity }) => ({ product_id: product.id, quantity }))
  const found = new Map(known.map((product) => [product.id, product]))
  return priceOrder({ items }, { lines: addUp(items), found, charges })
}

function refusalOf(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('equal products are added up, in the order they were first named', () => {
  const items = [
    { product_id: pan.id, quantity: 2 },
    { product_id: pot.id, quantity: 1 },
    { product_id: pan.id, quantity: 3 },
  ]
  expect(addUp(items)).toEqual([
    { productId: pan.id, quantity: 5 },
    { productId: pot.id, quantity: 1 },
  ])
})

test('lines of one product that add up beyond what an order may have are refused, pointing at the first', () => {
  const items = [
    { product_id: pot.id, quantity: 1 },
    { product_id: pan.id, quantity: 600 },
    { product_id: pan.id, quantity: 401 },
  ]
  expect(refusalOf(() => addUp(items)).facts.errors).toMatchObject([{ pointer: '/items/1/quantity', code: 'too_big' }])
})

test('a line costs its units at the catalog’s price', () => {
  expect(price([{ product: pan, quantity: 3 }])).toEqual({
    currency: 'EUR',
    subtotalCents: 5_997,
    taxCents: 0,
    shippingCents: 0,
    totalCents: 5_997,
    lines: [
      {
        productId: pan.id,
        quantity: 3,
        sku: 'PAN',
        name: 'Pan',
        unitPriceCents: 1_999,
        totalCents: 5_997,
        taxBasisPoints: 0,
        taxCents: 0,
      },
    ],
  })
})

test('every product that the catalog does not know is named', () => {
  const wanted = [pan, pot].map((product) => ({ product, quantity: 1 }))
  const refusal = refusalOf(() => price(wanted, { known: [] }))
  expect(refusal.kind.code).toBe('order/unknown-product')
  expect(refusal.facts.errors?.map(({ pointer }) => pointer)).toEqual(['/items/0/product_id', '/items/1/product_id'])
})

test('O15: two currencies in one order are refused, and so is a total above 10^12', () => {
  const yen = { ...pot, currency: 'JPY' }
  const one = { product: pan, quantity: 1 }
  expect(refusalOf(() => price([one, { product: yen, quantity: 1 }])).kind.code).toBe('order/mixed-currencies')
  const dear = { ...pot, price: centsAtMost }
  expect(price([{ product: dear, quantity: 1 }]).subtotalCents).toBe(centsAtMost)
  expect(refusalOf(() => price([one, { product: dear, quantity: 1 }])).kind.code).toBe('order/total-too-large')
})

/** Half up, by whole numbers of any size: another way than the code's. */
// biome-ignore lint/plugin: of big integers, which are cut to whole ones
const exactTax = (cents: bigint, basisPoints: bigint): bigint => (cents * basisPoints * 2n + 10_000n) / 20_000n

test.each(['JPY', 'EUR', 'KWD'])(
  'O15: in %s each line’s tax is rounded half up, and the total is exactly lines, taxes and shipping',
  (currency) => {
    const product = fc.record({
      id: fc.uuid(),
      sku: fc.string(),
      name: fc.string(),
      price: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 10_000_000 })),
      currency: fc.constant(currency),
    })
    const wanted = fc.uniqueArray(fc.record({ product, quantity: fc.integer({ min: 1, max: 1_000 }) }), {
      minLength: 1,
      maxLength: 5,
      selector: (line) => line.product.id,
    })
    const anyCharges = fc.record({
      tax: fc.integer({ min: 0, max: 10_000 }),
      shipping: fc.integer({ min: 0, max: 10_000 }),
    })
    fc.assert(
      fc.property(wanted, anyCharges, (lines, { tax, shipping }) => {
        const charges = { taxBasisPoints: tax, shippingCents: () => shipping }
        const totals = lines.map((line) => BigInt(line.product.price) * BigInt(line.quantity))
        const taxes = totals.map((total) => exactTax(total, BigInt(tax)))
        const sum = (values: readonly bigint[]) => values.reduce((all, value) => all + value, 0n)
        const exact = sum(totals) + sum(taxes) + BigInt(shipping)
        if (exact > BigInt(centsAtMost)) {
          return expect(refusalOf(() => price(lines, { charges })).kind.code).toBe('order/total-too-large')
        }
        const priced = price(lines, { charges })
        expect(BigInt(priced.totalCents)).toBe(exact)
        expect(priced.lines.map(({ taxCents }) => BigInt(taxCents))).toEqual(taxes)
        expect(priced.totalCents).toBe(priced.subtotalCents + priced.taxCents + priced.shippingCents)
      }),
      { numRuns: 3_400 },
    )
  },
)

test('O15: a tax of exactly half a minor unit is rounded up, and the largest total there is keeps its last digit', () => {
  expect(taxOf(50, 100)).toBe(1)
  expect(taxOf(49, 100)).toBe(0)
  expect(BigInt(taxOf(centsAtMost, 9_999))).toBe(exactTax(BigInt(centsAtMost), 9_999n))
})
