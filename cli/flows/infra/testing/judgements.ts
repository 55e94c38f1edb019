import type { CostEstimate } from '../../../infrastructure/cost-estimate.ts'
import type { DriftReport } from '../../../infrastructure/drift-report.ts'
import type { PlanVerdict, ResourceChange } from '../../../infrastructure/plan-verdict.ts'

export const aChange = (address: string, kind: ResourceChange['kind'] = 'create'): ResourceChange => ({
  address,
  type: address.split('.')[0] ?? '',
  group: 'other',
  kind,
  reason: null,
  attributes: [],
})

/** A verdict of these changes, with nothing against it. */
export const aVerdict = (changes: readonly ResourceChange[], part: Partial<PlanVerdict> = {}): PlanVerdict => {
  const count = (wanted: ResourceChange['kind']) => changes.filter(({ kind }) => kind === wanted).length
  return {
    outcome: changes.length === 0 ? 'unchanged' : 'changes',
    counts: {
      create: count('create'),
      update: count('update'),
      replace: count('replace'),
      delete: count('delete'),
      forget: count('forget'),
    },
    changes,
    outputs: [],
    risks: [],
    findings: [],
    brokenWaivers: [],
    ...part,
  }
}

export const aCost = (part: Partial<CostEstimate> = {}): CostEstimate => ({
  fixed: [],
  usage: [],
  unpriced: [],
  outside: [],
  monthly: {
    fixed: 100,
    usage: { low: 10, expected: 20, high: 50 },
    total: { low: 110, expected: 120, high: 150 },
  },
  delta: 100,
  sheet: [],
  savings: [],
  assumptions: [],
  budget: 500,
  verdict: 'within',
  oldestPrice: null,
  ...part,
})

export const noDrift: DriftReport = { outcome: 'none', differences: [], untracked: [] }
