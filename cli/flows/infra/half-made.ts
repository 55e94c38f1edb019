import { z } from 'zod'
import { stackName } from '../../../stacks/stack-reference.ts'
import type { ApplyRecord } from '../../infrastructure/records/apply-record.ts'
import type { InfraMeans } from './infra-means.ts'
import type { MadePlan } from './make-plan.ts'

const planSchema = z.object({
  resource_changes: z.array(z.object({ address: z.string(), action_reason: z.string().optional() })).default([]),
})

const recordsRead = 20

/** Addresses that Terraform replaces for no other reason than that it never finished them. */
const taintedIn = (plan: unknown): readonly string[] =>
  planSchema
    .parse(plan)
    .resource_changes.filter(({ action_reason: reason }) => reason === 'replace_because_tainted')
    .map(({ address }) => address)

/** Only what a run was to make: a failed update leaves in place what was in use, whoever marks it as tainted later. */
const leftHalfMadeBy = ({ tainted, failed, changes }: ApplyRecord): readonly string[] => {
  const made = new Set(
    changes.filter(({ kind }) => kind === 'create' || kind === 'replace').map(({ address }) => address),
  )
  return [...tainted, ...failed.map(({ address }) => address)].filter((address) => made.has(address))
}

/** Of the runs since the last that ended well. */
const leftBy = (records: readonly ApplyRecord[]): ReadonlySet<string> => {
  const lastGood = records.findIndex(({ outcome }) => outcome === 'done')
  const since = lastGood === -1 ? records : records.slice(0, lastGood)
  return new Set(since.flatMap(leftHalfMadeBy))
}

/**
 * What an interrupted or failed run is proven to have left half made: the plan says tainted, and our own record says that
 * its creation did not end, or ended in an error. Nobody ever used it, so that replacing it loses nothing; anything else
 * that is tainted is refused like every loss.
 */
export const findHalfMade = async ({ verdict, saved }: MadePlan, means: InfraMeans): Promise<readonly string[]> => {
  const atRisk = new Set(verdict.risks.filter(({ kind }) => kind === 'data-loss').map(({ address }) => address))
  const tainted = taintedIn(saved.json).filter((address) => atRisk.has(address))
  if (tainted.length === 0) return []
  const { records } = await means.records.newest(stackName(means.stack), recordsRead)
  const left = leftBy(records)
  return tainted.filter((address) => left.has(address))
}
