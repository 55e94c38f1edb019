import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { readSituation } from './situation.ts'

export type HistoryResult = { readonly records: readonly ReleaseRecord[]; readonly current: number | null }

type HistoryMeans = Pick<FlowMeans, 'platform' | 'environment' | 'reporter'>

/** All releases of an environment, newest first. */
export const history = async (means: HistoryMeans): Promise<HistoryResult> => {
  const { records, current } = await readSituation(means)
  return { records, current: current?.number ?? null }
}

/** One release with all that was kept of it, evidence included. */
export const showRelease = async (number: number, means: HistoryMeans): Promise<ReleaseRecord> => {
  const record = await means.platform.releases.read(number)
  if (record !== null) return record
  throw new ShopctlError({
    code: 'RELEASE_NOT_FOUND',
    outcome: 'refused',
    what: `There is no release ${number} in ${means.environment}.`,
    fix: [toType(`history --env ${means.environment}`)],
  })
}
