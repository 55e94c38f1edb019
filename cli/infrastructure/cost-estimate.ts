/** Money is in USD and unrounded here; views round to cents. */
export type CostLine = {
  /** The address in the plan, or for usage the name of the usage. */
  readonly subject: string
  readonly group: 'compute' | 'database' | 'cache' | 'storage' | 'network' | 'other'
  /** The same before and after a change of size: `nodes`. */
  readonly item: string
  /** The price that was used, with the size in it: `ec2/t3.large`. */
  readonly sku: string
  readonly quantity: number
  readonly unit: string
  readonly unitPrice: number
  readonly monthly: number
  /** False where the price was not checked against AWS: marked `?` wherever it is shown. */
  readonly verified: boolean
  /** ISO date on which the price was recorded. */
  readonly recorded: string
  /** The price is older than 180 days. */
  readonly stale: boolean
}

export type UnpricedLine = { readonly subject: string; readonly item: string; readonly why: string }

export type SheetRow = {
  readonly group: string
  readonly item: string
  readonly documented: number
  readonly computed: number
  /** False where one of the prices behind `computed` is not. */
  readonly verified: boolean
}

export type Saving = { readonly name: string; readonly monthly: number; readonly arithmetic: string }

export type Range = { readonly low: number; readonly expected: number; readonly high: number }

export type CostEstimate = {
  /** Each month, whatever users do. Largest first. */
  readonly fixed: readonly CostLine[]
  /** By what users do, at the expected usage. */
  readonly usage: readonly CostLine[]
  /** Never counted as nothing: with one of these every sum is "at least". */
  readonly unpriced: readonly UnpricedLine[]
  /** What Kubernetes makes outside Terraform (load balancers, volumes), at its usual price; in no sum. */
  readonly outside: readonly CostLine[]
  readonly monthly: { readonly fixed: number; readonly usage: Range; readonly total: Range }
  /** Fixed part after the plan less before it. */
  readonly delta: number
  /** Sheet C-1 beside what was computed, with its sum as the last row; empty where there is no sheet. */
  readonly sheet: readonly SheetRow[]
  /** C-4: what could be saved, each with its arithmetic in words. */
  readonly savings: readonly Saving[]
  readonly assumptions: readonly string[]
  readonly budget: number
  readonly verdict: 'within' | 'above'
  /** The oldest price that was used, and whether it is older than 180 days. */
  readonly oldestPrice: { readonly recorded: string; readonly stale: boolean } | null
}
