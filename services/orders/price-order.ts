import type { FieldError } from '../kit/problems.ts'
import { Problem, problems } from '../kit/problems.ts'
import { centsAtMost, type OrderDraft, quantityAtMost } from './order-contract.ts'
import { orderProblems } from './problems.ts'

export type Line = { readonly productId: string; readonly quantity: number }

/** What the catalog says about a product; the only place that prices come from. */
export type CatalogProduct = {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly price: number
  readonly currency: string
}

export type PricedLine = Line & {
  readonly sku: string
  readonly name: string
  readonly unitPriceCents: number
  readonly totalCents: number
}

export type PricedOrder = {
  readonly currency: string
  readonly subtotalCents: number
  readonly lines: readonly [PricedLine, ...PricedLine[]]
}

/** One line for each product, in the order they were first named. */
export function addUp(items: OrderDraft['items']): readonly Line[] {
  const quantities = new Map<string, number>()
  for (const { product_id, quantity } of items) quantities.set(product_id, (quantities.get(product_id) ?? 0) + quantity)
  const lines = [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
  const tooMany = lines.filter(({ quantity }) => quantity > quantityAtMost)
  if (tooMany.length === 0) return lines
  const message = `must be at most ${quantityAtMost} of one product, all lines together`
  const errors = tooMany.map((line) => ({
    pointer: `${pointerTo(items, line.productId)}/quantity`,
    code: 'too_big',
    message,
  }))
  throw new Problem(problems.invalid, { errors })
}

/** Totals in minor units. Every product that was not found is named. */
export function priceOrder(
  items: OrderDraft['items'],
  { lines, found }: { readonly lines: readonly Line[]; readonly found: ReadonlyMap<string, CatalogProduct> },
): PricedOrder {
  const unknown = lines.filter(({ productId }) => !found.has(productId)).map(({ productId }) => productId)
  if (unknown.length > 0) throw unknownProducts(items, unknown)
  const priced = lines.flatMap((line) => pricedLine(line, found.get(line.productId)))
  const [first, ...more] = priced
  if (first === undefined) throw new Problem(problems.invalid)
  const currencies = new Set([...found.values()].map(({ currency }) => currency))
  const [currency = ''] = currencies
  if (currencies.size > 1) {
    throw new Problem(orderProblems.mixedCurrencies, { detail: `The products have ${[...currencies].join(', ')}` })
  }
  const subtotalCents = priced.reduce((sum, { totalCents }) => sum + totalCents, 0)
  if (subtotalCents > centsAtMost) throw new Problem(orderProblems.totalTooLarge)
  return { currency, subtotalCents, lines: [first, ...more] }
}

export function unknownProducts(items: OrderDraft['items'], productIds: readonly string[]): Problem {
  const errors: FieldError[] = productIds.map((productId) => ({
    pointer: `${pointerTo(items, productId)}/product_id`,
    code: 'unknown_product',
    message: 'is not in the catalog',
  }))
  return new Problem(orderProblems.unknownProduct, { errors })
}

function pricedLine(line: Line, product: CatalogProduct | undefined): PricedLine[] {
  if (product === undefined) return []
  const { sku, name, price } = product
  // Both factors are bounded, so the product and the sum of a hundred of them stay safe integers.
  return [{ ...line, sku, name, unitPriceCents: price, totalCents: price * line.quantity }]
}

const pointerTo = (items: OrderDraft['items'], productId: string): string =>
  `/items/${items.findIndex((item) => item.product_id === productId)}`
