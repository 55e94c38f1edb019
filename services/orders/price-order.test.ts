import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Problem } from '../kit/problems.ts'
import { centsAtMost } from './order-contract.ts'
import { addUp, type CatalogProduct, priceOrder } from './price-order.ts'

const pan: CatalogProduct = { id: randomUUID(), sku: 'PAN', name: 'Pan', price: 1_999, currency: 'EUR' }
const pot: CatalogProduct = { id: randomUUID(), sku: 'POT', name: 'Pot', price: 5, currency: 'EUR' }

const price = (
  wanted: readonly { product: CatalogProduct; quantity: number }[],
  known = wanted.map((line) => line.product),
) => {
  const items = wanted.map(({ product, quantity }) => ({ product_id: product.id, quantity }))
  return priceOrder(items, { lines: addUp(items), found: new Map(known.map((product) => [product.id, product])) })
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
    lines: [{ productId: pan.id, quantity: 3, sku: 'PAN', name: 'Pan', unitPriceCents: 1_999, totalCents: 5_997 }],
  })
})

test('every product that the catalog does not know is named', () => {
  const wanted = [pan, pot].map((product) => ({ product, quantity: 1 }))
  const refusal = refusalOf(() => price(wanted, []))
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

test('O15: the subtotal is the exact sum of the lines, in every currency', () => {
  const product = fc.record({
    id: fc.uuid(),
    sku: fc.string(),
    name: fc.string(),
    price: fc.integer({ min: 0, max: 10_000_000 }),
    currency: fc.constant('KWD'),
  })
  const wanted = fc.uniqueArray(fc.record({ product, quantity: fc.integer({ min: 1, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 100,
    selector: (line) => line.product.id,
  })
  fc.assert(
    fc.property(wanted, (lines) => {
      const exact = lines.reduce((sum, line) => sum + BigInt(line.product.price) * BigInt(line.quantity), 0n)
      if (exact > BigInt(centsAtMost)) expect(refusalOf(() => price(lines)).kind.code).toBe('order/total-too-large')
      else expect(BigInt(price(lines).subtotalCents)).toBe(exact)
    }),
    { numRuns: 500 },
  )
})
