import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { stepTitles } from '../steps.ts'
import type { UpReport, UpStep } from './up-report.ts'

type Stop = { readonly step: UpStep; readonly ended: UpReport['steps']; readonly command: string }

/** What was looked at or changed before, in the words of the list. */
const before = (ended: UpReport['steps']): string => {
  const titles = ended.filter(({ state }) => state !== 'skipped').map(({ title }) => `"${title}"`)
  return titles.length === 0 ? 'no step was done before it' : `done before it: ${titles.join(', ')}`
}

const changing: ReadonlySet<UpStep> = new Set(['infra', 'namespaces', 'services', 'ingress', 'monitoring', 'logging'])

/** "Refused" promises that nothing was changed, which only the step itself can have meant where one before it changed. */
const outcomeAfter = (outcome: ShopctlError['outcome'], ended: UpReport['steps']): ShopctlError['outcome'] => {
  const hasChanged = ended.some(({ step, state }) => changing.has(step) && state === 'done')
  return outcome === 'refused' && hasChanged ? 'failed' : outcome
}

/** The failure of a step's own flow, which says what is there now, with where on the way it came and how to go on. */
export const stoppedAt = (error: unknown, { step, ended, command }: Stop): unknown => {
  if (!(error instanceof ShopctlError)) return error
  const { code, outcome, message: what, why, fix, cause = error } = error
  const again = toType(command)
  return new ShopctlError({
    code,
    outcome: outcomeAfter(outcome, ended),
    what,
    why: [...why, `up stopped at "${stepTitles[step]}"; ${before(ended)}`],
    fix: fix.includes(again) ? fix : [...fix, again],
    cause,
  })
}
