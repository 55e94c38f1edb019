import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import { dryRunFlag, environmentPairFlags, forceFlag, reasonFlag, waitFlag, yesFlag } from '../../flags.ts'
import { FlowCommand, type FlowFlags } from '../../flow-command.ts'
import type { PromotionPlan } from '../../flows/promote.ts'
import { requirePromotionPair } from '../../flows/promotion-pair.ts'

type PromotionFlags = FlowFlags & {
  readonly json: boolean
  readonly yes: boolean
  readonly release?: number | undefined
}

export default class ReleasePromote extends FlowCommand {
  static override summary = 'Release to one environment the digests that another one runs: nothing is built or pushed'

  static override examples = [
    '<%= config.bin %> release promote --from staging --to prod',
    '<%= config.bin %> release promote --from staging --to prod --release 12 --dry-run',
  ]

  static override flags = {
    ...environmentPairFlags,
    ...dryRunFlag,
    ...forceFlag('also promote what was taken back, is older, or was made of another commit than is checked out'),
    ...reasonFlag,
    ...waitFlag,
    ...yesFlag,
    release: Flags.integer({ min: 1, summary: 'the release to take; left out, the one that serves there' }),
  }

  protected async execute() {
    const { flags } = await this.parse(ReleasePromote)
    const { from, to } = flags
    requirePromotionPair({ from, to, variables: process.env })
    const source = await this.means({ ...flags, env: from })
    const target = await this.means({ ...flags, env: to })
    const { promote } = await import('../../flows/promote.ts')
    const { deployView, wouldChangeView } = await import('../../output/views/deploy-view.ts')
    const result = await promote(
      {
        release: flags.release ?? null,
        mode: flags['dry-run'] ? 'dry-run' : 'apply',
        why: flags.reason ?? null,
        force: flags.force ? 'force' : 'no',
        waitSeconds: flags.wait ?? 0,
        confirm: (plan) => this.#confirm(plan, { ...flags, env: to }),
      },
      { source, target },
    )
    if (flags['dry-run']) {
      const outcome = result.outcome === 'unchanged' ? ('done' as const) : ('changes' as const)
      return { result, text: wouldChangeView(result, this.width), outcome }
    }
    const directions = await target.platform.directions()
    const text = deployView(result, { environment: to.name, directions, width: this.width })
    return { result: { ...result, directions }, text }
  }

  /** What comes is shown in any case; production is asked for by its name. */
  async #confirm(plan: PromotionPlan, { env, json, yes, release, ...flags }: PromotionFlags): Promise<void> {
    const { printText, printError } = await import('../../output/standard-streams.ts')
    const { promotionPlanView, promotionQuestion } = await import('../../output/views/promotion-view.ts')
    await (await this.openReporter(flags)).pause()
    const show = json ? printError : printText
    show(`\n${promotionPlanView(plan, { to: env.name, now: new Date(), width: this.width })}\n`)
    if (yes || env.confirm !== 'type-the-name') return
    // The release that was shown is the one that is released after the answer.
    const numbered = release === undefined ? ` --release ${plan.release.number}` : ''
    await requireConfirmation({
      ...wordsFor(env),
      question: promotionQuestion(plan, env.name),
      declined: `The release to ${env.name} was not confirmed; nothing was changed.`,
      fix: toType(`${this.typed()}${numbered} --yes`),
      signal: this.interrupted,
    })
  }
}
