import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { releaseThatSucceeded } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { refuseKnownBad } from './refuse-known-bad.ts'
import { readSituation, type Situation } from './situation.ts'

export type PromotableRequest = {
  /** The release to take; null is what serves there now. */
  readonly release: number | null
  /** Also takes what was taken back there. */
  readonly force: 'no' | 'force'
  /** `release promote --from … --to …`, for what to type next. */
  readonly words: string
}

export type Promotable = {
  readonly release: ReleaseRecord
  /** All of its environment, newest first. */
  readonly records: readonly ReleaseRecord[]
}

type Source = Pick<FlowMeans, 'environment' | 'platform' | 'reporter'>

const nothingServes = (environment: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'NOTHING_TO_PROMOTE',
    outcome: 'refused',
    what: `No release serves in ${environment} that could be promoted; nothing was changed.`,
    why: [why],
    fix: [toType(`status --env ${environment}`), toType(`deploy --env ${environment}`)],
  })

const newestNotSucceeded = (
  newest: ReleaseRecord,
  current: ReleaseRecord,
  { environment, words }: { readonly environment: string; readonly words: string },
): ShopctlError =>
  new ShopctlError({
    code: 'NEWEST_NOT_SUCCEEDED',
    outcome: 'refused',
    what: `Release ${newest.number}, the newest of ${environment}, has not succeeded; nothing was changed.`,
    why: [`its record says "${newest.state}"`, ...(newest.failure === null ? [] : [newest.failure.what])],
    fix: [toType(`history show ${newest.number} --env ${environment}`), toType(`${words} --release ${current.number}`)],
  })

/** What serves, where the records and the platform agree on it and nothing newer has failed. */
const servingNow = async (
  { records, current }: Situation,
  { environment, platform }: Source,
  words: string,
): Promise<ReleaseRecord> => {
  const newest = records[0]
  if (newest === undefined || current === null) throw nothingServes(environment, 'no release has succeeded there yet')
  if (newest.number !== current.number) throw newestNotSucceeded(newest, current, { environment, words })
  const { serving } = await platform.running()
  if (serving === current.number) return current
  const instead = serving === null ? 'that release is not up as a whole' : `what is up is release ${serving}`
  throw nothingServes(environment, `its records say release ${current.number}, but ${instead}`)
}

/**
 * The release of the source environment that is taken to another one: what serves there, or the one named. Throws
 * NOTHING_TO_PROMOTE, NEWEST_NOT_SUCCEEDED, RELEASE_NOT_FOUND, RELEASE_NEVER_SUCCEEDED or DIGEST_REFUSED, all refused.
 */
export const promotableRelease = async (request: PromotableRequest, source: Source): Promise<Promotable> => {
  const { environment } = source
  const situation = await readSituation(source)
  const { records } = situation
  const release =
    request.release === null
      ? await servingNow(situation, source, request.words)
      : releaseThatSucceeded(records, { environment, number: request.release })
  const forced = toType(`${request.words} --release ${release.number} --force`)
  if (request.force === 'no') refuseKnownBad(records, release.services, { environment, forced })
  return { release, records }
}
