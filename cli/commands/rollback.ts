import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../confirm.ts'
import { toType } from '../errors/to-type.ts'
import { dryRunFlag, environmentFlag, forceFlag, reasonFlag, waitFlag, yesFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import type { RollbackPlan } from '../flows/rollback.ts'
import { reportsFlag } from '../reports-flag.ts'

export default class Rollback extends FlowCommand {
  static override summary = 'Go back to the last release that succeeded before the current one, or to the one named'

  static override examples = [
    '<%= config.bin %> rollback --env local',
    '<%= config.bin %> rollback --env local --to 41 --yes',
    '<%= config.bin %> rollback --env prod --only-reported --yes',
  ]

  static override flags = {
    ...environmentFlag,
    ...yesFlag,
    ...dryRunFlag,
    ...forceFlag('also go back across a migration that cannot be undone'),
    ...reasonFlag,
    ...waitFlag,
    to: Flags.integer({ min: 1, helpValue: 'RELEASE', summary: 'the release to go back to' }),
    'only-reported': Flags.boolean({
      exclusive: ['to'],
      summary: 'only from what the newest deploy or promotion in --reports has released, else change nothing',
    }),
    ...reportsFlag,
  }

  protected async execute() {
    const { flags } = await this.parse(Rollback)
    const environment = flags.env.name
    const means = await this.means(flags)
    const { rollback } = await import('../flows/rollback.ts')
    const { rollbackPlanView, rollbackView } = await import('../output/views/rollback-view.ts')
    const { printText, printError } = await import('../output/standard-streams.ts')
    const result = await rollback(
      {
        to: flags.to ?? null,
        reported: flags['only-reported'] ? await this.#reported(flags.reports, environment) : null,
        mode: flags['dry-run'] ? 'dry-run' : 'apply',
        why: flags.reason ?? null,
        force: flags.force ? 'force' : 'no',
        waitSeconds: flags.wait ?? 0,
        confirm: async (plan: RollbackPlan) => {
          await (await this.openReporter(flags)).pause()
          const show = flags.json ? printError : printText
          show(`\n${rollbackPlanView(plan, this.width)}\n`)
          if (flags.yes) return
          const { number } = plan.target
          await requireConfirmation({
            ...wordsFor(flags.env),
            question: `Roll ${environment} back to release ${number}?`,
            declined: `Rollback of ${environment} was not confirmed; nothing was changed.`,
            fix: toType(`${this.typed()}${flags.to === undefined ? ` --to ${number}` : ''} --yes`),
            signal: this.interrupted,
          })
        },
      },
      means,
    )
    if (result.outcome === 'would-change') {
      return { result, text: rollbackPlanView(result.plan, this.width), outcome: 'changes' as const }
    }
    return { result, text: rollbackView(result, environment) }
  }

  async #reported(folder: string, environment: string) {
    const [{ readReports }, { reportedRelease }] = await Promise.all([
      import('../evidence/read-reports.ts'),
      import('../evidence/reported-release.ts'),
    ])
    return reportedRelease((await readReports(folder)).reports, environment)
  }
}
