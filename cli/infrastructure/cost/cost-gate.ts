import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { CostEstimate, CostLine } from '../cost-estimate.ts'
import { inDollars } from './money.ts'

export type Increase = { readonly kind: 'usd' | 'percent'; readonly amount: number }

export type CostLimits = {
  /** Of the fixed part; null: any. */
  readonly maxIncrease: Increase | null
  /** Whether a line without a price fails the check. */
  readonly unpriced: 'accepted' | 'refused'
  /** Why it is accepted all the same; null: it is not. Goes into the record. */
  readonly allow: string | null
}

export type CostGate = {
  readonly outcome: 'passed' | 'allowed' | 'failed'
  /** What is too much, in sentences; empty where it passed. */
  readonly findings: readonly string[]
  /** What most of the money goes to. */
  readonly largest: readonly CostLine[]
  readonly allowedBecause: string | null
}

/** Whether a month may cost that. Pure. */
export const costGate = (estimate: CostEstimate, { maxIncrease, unpriced, allow }: CostLimits): CostGate => {
  const findings = [
    ...overBudget(estimate),
    ...(maxIncrease === null ? [] : overIncrease(estimate, maxIncrease)),
    ...(unpriced === 'refused' ? withoutPrices(estimate) : []),
  ]
  const reason = allow?.trim() || null
  return {
    outcome: findings.length === 0 ? 'passed' : reason === null ? 'failed' : 'allowed',
    findings,
    largest: [...estimate.fixed, ...estimate.usage].toSorted((one, other) => other.monthly - one.monthly).slice(0, 3),
    allowedBecause: findings.length === 0 ? null : reason,
  }
}

const atLeast = ({ unpriced }: CostEstimate): string => (unpriced.length === 0 ? '' : 'at least ')

const overBudget = (estimate: CostEstimate): readonly string[] => {
  const { total } = estimate.monthly
  if (estimate.verdict === 'within') return []
  const over = inDollars(total.expected - estimate.budget)
  return [
    `${atLeast(estimate)}${inDollars(total.expected)} USD a month are ${over} above the budget of ${inDollars(estimate.budget)}`,
  ]
}

const overIncrease = (estimate: CostEstimate, { kind, amount }: Increase): readonly string[] => {
  const { delta, monthly } = estimate
  const before = monthly.fixed - delta
  const allowed = kind === 'usd' ? amount : (before * amount) / 100
  // Half a cent: a sum of many prices is not exact.
  if (delta <= allowed + 0.005) return []
  const limit = kind === 'usd' ? inDollars(amount) : `${amount} % of ${inDollars(before)}`
  return [`the fixed part grows by ${atLeast(estimate)}${inDollars(delta)} USD a month, more than ${limit}`]
}

const withoutPrices = ({ unpriced }: CostEstimate): readonly string[] =>
  unpriced.map(({ subject, item, why }) => `${subject}, ${item}: ${why}`)

/** The refusal of a gate that failed: exit 5, with the largest lines. `again` is the command that allows it. */
export const costFailure = (
  gate: CostGate,
  { environment, again }: { readonly environment: string; readonly again: string },
): ShopctlError =>
  new ShopctlError({
    code: 'COST_REFUSED',
    outcome: 'check-failed',
    what: `${environment} would cost more than it may, or nobody knows how much; nothing was changed.`,
    why: [
      ...gate.findings,
      ...gate.largest.map(
        ({ subject, item, monthly, verified }) => `${item} (${subject}): ${inDollars(monthly)}${verified ? '' : ' ?'}`,
      ),
    ],
    fix: [again],
  })

/** `--max-increase 50` is USD a month, `--max-increase 10%` a share of the fixed part. Null: neither. */
export const parseIncrease = (typed: string): Increase | null => {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(typed.trim()) ?? []
  if (number === undefined) return null
  return { kind: percent === '%' ? 'percent' : 'usd', amount: Number(number) }
}
