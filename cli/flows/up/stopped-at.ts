import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { stepTitles } from '../steps.ts'
import type { UpReport, UpStep } from './up-report.ts'

type Stop = { readonly step: UpStep; readonly ended: UpReport['steps']; readonly environment: string }

/** What was looked at or changed before, in the words of the list. */
const before = (ended: UpReport['steps']): string => {
  const titles = ended.filter(({ state }) => state !== 'skipped').map(({ title }) => `"${title}"`)
  return titles.length === 0 ? 'no step was done before it' : `done before it: ${titles.join(', ')}`
}

/** The failure of a step's own flow, which says what is there now, with where on the way it came and how to go on. */
export const stoppedAt = (error: unknown, { step, ended, environment }: Stop): unknown => {
  if (!(error instanceof ShopctlError)) return error
  const { code, outcome, message: what, why, fix, cause = error } = error
  const again = toType(`up --env ${environment}`)
  return new ShopctlError({
    code,
    outcome,
    what,
    why: [...why, `up stopped at "${stepTitles[step]}"; ${before(ended)}`],
    fix: fix.includes(again) ? fix : [...fix, again],
    cause,
  })
}
