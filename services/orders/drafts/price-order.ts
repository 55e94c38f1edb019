import type { FieldError } from '../../kit/problems.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { centsAtMost, type OrderDraft, quantityAtMost } from '../order-contract.ts'
import { orderProblems } from '../problems.ts'
import { type Charges, taxOf } from './charges.ts'

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
  readonly taxBasisPoints: number
  readonly taxCents: number
}

export type Totals = {
  readonly subtotalCents: number
  readonly taxCents: number
  readonly shippingCents: number
  readonly totalCents: number
}

export type PricedOrder = Totals & { readonly currency: string; readonly lines: readonly PricedLine[] }

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

export type Found = {
  readonly lines: readonly Line[]
  readonly found: ReadonlyMap<string, CatalogProduct>
  readonly charges: Charges
}

/** Of a new order, where every product that was not found is named. */
export function priceOrder(
  { items, currency: wanted }: Pick<OrderDraft, 'items' | 'currency'>,
  { lines, found, charges }: Found,
): PricedOrder {
  const unknown = lines.filter(({ productId }) => !found.has(productId)).map(({ productId }) => productId)
  if (unknown.length > 0) throw unknownProducts(items, unknown)
  const currency = commonCurrency(wanted, [...found.values()])
  const priced = lines.flatMap((line) => pricedLine(line, { product: found.get(line.productId), charges }))
  return { currency, lines: priced, ...totalsOf(priced, charges.shippingCents(currency)) }
}

/** Of an order without a line and without a word of the customer. */
const shopCurrency = 'EUR'

function commonCurrency(wanted: string | undefined, products: readonly CatalogProduct[]): string {
  const currencies = new Set([...(wanted === undefined ? [] : [wanted]), ...products.map(({ currency }) => currency)])
  const [currency = shopCurrency] = currencies
  if (currencies.size > 1) throw mixedCurrencies([...currencies])
  return currency
}

export const mixedCurrencies = (currencies: readonly string[]): Problem =>
  new Problem(orderProblems.mixedCurrencies, { detail: `There would be ${currencies.join(' and ')}` })

type Pricing = { readonly product: CatalogProduct | undefined; readonly charges: Charges }

export function pricedLine(line: Line, { product, charges }: Pricing): PricedLine[] {
  if (product === undefined) return []
  const { sku, name, price } = product
  // Both factors are bounded, so the product and the sum of a hundred of them stay safe integers.
  const totalCents = price * line.quantity
  const { taxBasisPoints } = charges
  const taxCents = taxOf(totalCents, taxBasisPoints)
  return [{ ...line, sku, name, unitPriceCents: price, totalCents, taxBasisPoints, taxCents }]
}

type Taxed = Pick<PricedLine, 'totalCents' | 'taxCents'>

/** An order without a line has nothing to ship. */
export function totalsOf(lines: readonly Taxed[], shippingCents: number): Totals {
  const subtotalCents = lines.reduce((sum, line) => sum + line.totalCents, 0)
  const taxCents = lines.reduce((sum, line) => sum + line.taxCents, 0)
  const shipping = lines.length === 0 ? 0 : shippingCents
  const totalCents = subtotalCents + taxCents + shipping
  if (totalCents > centsAtMost) throw new Problem(orderProblems.totalTooLarge)
  return { subtotalCents, taxCents, shippingCents: shipping, totalCents }
}

export function unknownProducts(items: OrderDraft['items'], productIds: readonly string[]): Problem {
  const errors: FieldError[] = productIds.map((productId) => ({
    pointer: `${pointerTo(items, productId)}/product_id`,
    code: 'unknown_product',
    message: 'is not in the catalog',
  }))
  return new Problem(orderProblems.unknownProduct, { errors })
}

const pointerTo = (items: OrderDraft['items'], productId: string): string =>
  `/items/${items.findIndex((item) => item.product_id === productId)}`
