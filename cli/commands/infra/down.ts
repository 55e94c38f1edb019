import { waitFlag, yesFlag } from '../../flags.ts'
import { down } from '../../flows/infra/down.ts'
import { nameToType } from '../../flows/infra/wanted-answer.ts'
import { allowDestroyFlag, InfraCommand, infraFlags } from '../../infra-command.ts'
import { infraPlanView } from '../../output/views/infra-plan-view.ts'

export default class InfraDown extends InfraCommand {
  static override summary = 'Destroy the infrastructure; the registry and the bucket for the states stay'
  static override examples = [
    '<%= config.bin %> infra down --env dev',
    '<%= config.bin %> infra down --env dev --stack registry',
  ]
  static override flags = { ...infraFlags, ...yesFlag, ...waitFlag, ...allowDestroyFlag }

  protected async execute() {
    const { flags } = await this.parse(InfraDown)
    const waitSeconds = flags.wait ?? 0
    const means = await this.infraMeans(flags, { waitSeconds })
    const result = await down(
      {
        allowDestroy: flags['allow-destroy'] ?? [],
        waitSeconds,
        show: async (document) => this.show(flags, infraPlanView(document, this.width)),
        confirm: async ({ stack, counts }, wanted) =>
          this.answer(flags, {
            wanted,
            name: nameToType(means),
            question: `Destroy ${counts.delete} resources of ${stack} for good?`,
            declined: `${stack} was not destroyed; nothing was changed.`,
          }),
      },
      means,
    )
    const { outcome, stack, counts } = result
    const text =
      outcome === 'nothing-there'
        ? `There is nothing of ${stack}; nothing was changed.`
        : `${stack} is gone: ${counts?.delete ?? 0} resources destroyed. Its registry and the bucket for the states stay.`
    return { result, text }
  }
}
