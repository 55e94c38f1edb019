import { z } from 'zod'
import { compareRuns } from '../../../loadtest/report/compare/compare-runs.ts'
import { comparisonSchema } from '../../../loadtest/report/compare/comparison.ts'
import { loadDifferences } from '../../../loadtest/report/compare/incomparable.ts'
import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import type { Outcome } from '../../errors/exit-codes.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { readRun } from './read-run.ts'

const comparedRunSchema = z.object({
  file: z.string(),
  environment: z.string(),
  release: z.int().nullable(),
  startedAt: z.iso.datetime(),
})

/** `result` of `loadtest compare --json`, as scripts may rely on it. */
export const loadComparisonSchema = z.object({
  schema: z.literal('shopctl.loadtest-compare/1'),
  profile: z.string(),
  before: comparedRunSchema,
  after: comparedRunSchema,
  comparison: comparisonSchema,
})
export type LoadComparison = z.infer<typeof loadComparisonSchema>

export type CompareFilesRequest = {
  readonly before: string
  readonly after: string
  /** A share of the figure before. */
  readonly tolerance: number
}

/** Of two results of `loadtest run`. Throws RUNS_NOT_COMPARABLE where they are of different loads. */
export const compareFiles = async ({ before, after, tolerance }: CompareFilesRequest): Promise<LoadComparison> => {
  const [one, other] = [await readRun(before), await readRun(after)]
  const differences = loadDifferences(one, other)
  if (differences.length > 0) throw ofOtherLoads(before, after, differences)
  return {
    schema: 'shopctl.loadtest-compare/1',
    profile: other.result.profile.name,
    before: factsOf(before, one),
    after: factsOf(after, other),
    comparison: compareRuns({ before: one, after: other, tolerance }),
  }
}

const factsOf = (file: string, { environment, release, result }: KeptRun): z.infer<typeof comparedRunSchema> => ({
  file,
  environment,
  release: release?.number ?? null,
  startedAt: result.startedAt,
})

const ofOtherLoads = (before: string, after: string, differences: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'RUNS_NOT_COMPARABLE',
    outcome: 'refused',
    what: `${before} (A) and ${after} (B) are runs of different loads: what differs is not the shop's doing.`,
    why: differences,
  })

/** Worse than noise and the tolerance explain is a check that said no. */
export const outcomeOf = ({ comparison: { verdict } }: LoadComparison): Outcome => {
  if (verdict === 'worse') return 'check-failed'
  return verdict === 'not comparable' ? 'unknown' : 'done'
}
