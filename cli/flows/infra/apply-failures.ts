import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ApplyOutcome } from '../../infrastructure/terraform.ts'

type Applied = {
  /** The stack in words. */
  readonly stack: string
  readonly environment: string
  /** What was typed, without its waiting: it goes on where this run ended. */
  readonly command: string
  readonly outcome: ApplyOutcome
}

const shown = 10

const listed = (what: string, addresses: readonly string[]): readonly string[] => {
  if (addresses.length === 0) return []
  const rest = addresses.length - shown
  return [`${what}: ${addresses.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`]
}

const counted = ({ done, failed, tainted, notBegun }: ApplyOutcome): string =>
  [
    `${done.length} done`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(tainted.length > 0 ? [`${tainted.length} half made`] : []),
    `${notBegun.length} not begun`,
  ].join(', ')

/** APPLY_FAILED (failed) or INTERRUPTED, with what was done and what is left; null where all of it was done. */
export const applyFailure = ({ stack, environment, command, outcome }: Applied): ShopctlError | null => {
  if (outcome.outcome === 'done') return null
  const { done, tainted, notBegun, failed, logFile } = outcome
  const again = toType(command)
  const status = toType(`infra status --env ${environment}`)
  const halfMade = listed('not ended, the next up finishes or replaces them', tainted)
  if (outcome.outcome === 'interrupted') {
    return new ShopctlError({
      code: 'INTERRUPTED',
      outcome: 'interrupted',
      what: `The change of ${stack} was interrupted: ${counted(outcome)}; the state holds what was made.`,
      why: [...listed('done', done), ...halfMade, ...listed('not begun', notBegun), `all of it: ${logFile}`],
      // After a second interrupt the state may lack what was just being made; by its tags it is still ours.
      fix: tainted.length === 0 ? [again, status] : [again, status, toType(`infra drift --env ${environment}`)],
    })
  }
  return new ShopctlError({
    code: 'APPLY_FAILED',
    outcome: 'failed',
    what: `The change of ${stack} failed: ${counted(outcome)}; the state holds what was made, run it again to go on.`,
    why: [
      ...failed.map(({ address, why }) => `${address}: ${why}`),
      ...halfMade,
      ...listed('not begun', notBegun),
      `all of it: ${logFile}`,
    ],
    fix: [again, status],
  })
}
