import type { CostLine, UnpricedLine } from '../cost-estimate.ts'
import { isStale, type Price, skuName } from './price.ts'

/** Something that AWS will charge for in a month, before it is known at what price. */
export type Charge = Pick<CostLine, 'subject' | 'group' | 'item' | 'sku'> & {
  /** In the unit of the price. */
  readonly quantity: number
  /** Of the price; 1 where it is left out. */
  readonly share?: number
}

/** What is charged for one resource, and what of it cannot be told. */
export type Charges = { readonly charges: readonly Charge[]; readonly unpriced: readonly UnpricedLine[] }

export const nothing: Charges = { charges: [], unpriced: [] }

export const joinCharges = (all: readonly Charges[]): Charges => ({
  charges: all.flatMap(({ charges }) => charges),
  unpriced: all.flatMap(({ unpriced }) => unpriced),
})

/** AWS' own convention: a year divided by twelve. */
export const hoursPerMonth = 730

export type PriceList = { readonly prices: readonly Price[]; readonly region: string; readonly today: Date }

export type PricedCharges = { readonly lines: readonly CostLine[]; readonly unpriced: readonly UnpricedLine[] }

/** A charge of nothing is no line, but its price must be known all the same: it may grow. */
export const priceCharges = ({ charges, unpriced }: Charges, list: PriceList): PricedCharges => {
  const priced = charges.map((charge) => ({ charge, price: findPrice(charge.sku, list) }))
  return {
    lines: priced
      .flatMap(({ charge, price }) => (price === null || charge.quantity === 0 ? [] : [lineOf(charge, price, list)]))
      .toSorted((one, other) => other.monthly - one.monthly),
    unpriced: [
      ...unpriced,
      ...priced.flatMap(({ charge, price }) => (price === null ? [withoutPrice(charge, list.region)] : [])),
    ],
  }
}

const findPrice = (sku: string, { prices, region }: PriceList): Price | null =>
  prices.find((price) => skuName(price) === sku && price.region === region) ?? null

const lineOf = ({ share = 1, ...charge }: Charge, price: Price, { today }: PriceList): CostLine => {
  const unitPrice = price.price * share
  return {
    ...charge,
    unit: price.unit,
    unitPrice,
    monthly: charge.quantity * unitPrice,
    verified: price.verified,
    recorded: price.recorded,
    stale: isStale(price.recorded, today),
  }
}

const withoutPrice = ({ subject, item, sku }: Charge, region: string): UnpricedLine => ({
  subject,
  item,
  why: `the price table has no ${sku} in ${region}`,
})
