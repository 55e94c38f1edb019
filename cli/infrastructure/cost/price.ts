/** One figure of AWS' price list, as it was on a day. */
export type Price = {
  /** With `sku`: what is paid for, in our own words. */
  readonly service: string
  readonly sku: string
  readonly region: string
  readonly unit: 'h' | 'GB' | 'GB-month' | 'month' | '1k calls' | '10k calls'
  /** USD. */
  readonly price: number
  /** ISO date. */
  readonly recorded: string
  readonly source: string
  /** False where it was written down from memory: to be checked against AWS before it is relied on. */
  readonly verified: boolean
}

/** `ec2/t3.large`: the name by which everything else speaks of a price. */
export const skuName = ({ service, sku }: Pick<Price, 'service' | 'sku'>): string => `${service}/${sku}`

const staleAfterDays = 180
const day = 24 * 60 * 60 * 1000

/** Prices change without notice; an old one is shown with a mark rather than trusted. */
export const isStale = (recorded: string, today: Date): boolean =>
  today.getTime() - new Date(`${recorded}T00:00:00Z`).getTime() > staleAfterDays * day
