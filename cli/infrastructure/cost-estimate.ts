/** Money is in USD and unrounded here; views round to cents. */
export type CostLine = {
  /** The address in the plan, or for usage the name of the usage. */
  readonly subject: string
  readonly group: 'compute' | 'database' | 'cache' | 'storage' | 'network' | 'other'
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly unitPrice: number
  readonly monthly: number
  /** False where the price was not checked against AWS: marked `?` wherever it is shown. */
  readonly verified: boolean
  /** ISO date on which the price was recorded. */
  readonly recorded: string
}

export type UnpricedLine = { readonly subject: string; readonly item: string; readonly why: string }

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
  /** Sheet C-1 beside what was computed. */
  readonly sheet: readonly { readonly group: string; readonly documented: number; readonly computed: number }[]
  /** C-4, each with its arithmetic in words. */
  readonly savings: readonly { readonly name: string; readonly monthly: number; readonly arithmetic: string }[]
  readonly assumptions: readonly string[]
  readonly budget: number
  readonly verdict: 'within' | 'above'
  /** The oldest price that was used, and whether it is older than 180 days. */
  readonly oldestPrice: { readonly recorded: string; readonly stale: boolean } | null
}
