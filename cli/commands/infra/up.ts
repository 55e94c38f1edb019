import * as Flags from '@oclif/core/flags'
import { waitFlag, yesFlag } from '../../flags.ts'
import { up } from '../../flows/infra/up.ts'
import { nameToType } from '../../flows/infra/wanted-answer.ts'
import { allowDestroyFlag, InfraCommand, infraFlags } from '../../infra-command.ts'
import { infraPlanView } from '../../output/views/infra-plan-view.ts'
import { infraUpView } from '../../output/views/infra-up-view.ts'

export default class InfraUp extends InfraCommand {
  static override summary =
    'Bring the infrastructure to what the source says: shows the plan, asks, applies that very plan'
  static override examples = [
    '<%= config.bin %> infra up --env dev',
    '<%= config.bin %> infra up --env prod --plan .shopctl/infra/shop-prod/plans/20261122T120000Z.tfplan --yes',
  ]
  static override flags = {
    ...infraFlags,
    ...yesFlag,
    ...waitFlag,
    ...allowDestroyFlag,
    plan: Flags.string({ helpValue: 'FILE', summary: 'apply this plan of infra plan, and none else' }),
    'allow-cost': Flags.string({ helpValue: 'REASON', summary: 'why it may cost more than the budget; is recorded' }),
  }

  protected async execute() {
    const { flags } = await this.parse(InfraUp)
    const waitSeconds = flags.wait ?? 0
    const means = await this.infraMeans(flags, { waitSeconds })
    const { account, region } = means.installation
    const result = await up(
      {
        allowed: { destroy: flags['allow-destroy'] ?? [], cost: flags['allow-cost'] ?? null },
        waitSeconds,
        file: flags.plan ?? null,
        show: async (document) => this.show(flags, infraPlanView(document, this.width)),
        confirm: async ({ stack, environment }, wanted) =>
          this.answer(flags, {
            wanted,
            name: nameToType(means),
            question: `Apply this plan to ${stack} for ${environment}, in account ${account}, ${region}?`,
            declined: `The plan of ${stack} was not applied; nothing was changed.`,
          }),
        confirmBootstrap: async (bucket) => {
          await this.answer(flags, {
            wanted: 'yes',
            name: nameToType(means),
            question: `There is no bucket for the states. Make ${bucket} in account ${account}, ${region}?`,
            declined: `The bucket ${bucket} was not made; nothing was changed.`,
          })
        },
      },
      means,
    )
    return { result, text: infraUpView(result, this.width) }
  }
}
