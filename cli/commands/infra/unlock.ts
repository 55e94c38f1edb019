import * as Flags from '@oclif/core/flags'
import { yesFlag } from '../../flags.ts'
import { unlock } from '../../flows/infra/unlock.ts'
import { nameToType } from '../../flows/infra/wanted-answer.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'
import { ageInWords } from '../../output/words-for-time.ts'

export default class InfraUnlock extends InfraCommand {
  static override summary = "Take Terraform's lock on a state away from a run that is dead"
  static override examples = ['<%= config.bin %> infra unlock --env dev --id 5f2a9c1e-…']
  static override flags = {
    ...infraFlags,
    ...yesFlag,
    id: Flags.string({ required: true, helpValue: 'ID', summary: 'the id that the refusal and infra status name' }),
  }

  protected async execute() {
    const { flags } = await this.parse(InfraUnlock)
    const means = await this.infraMeans(flags)
    const result = await unlock(
      {
        id: flags.id,
        confirm: async (found) => {
          await this.answer(flags, {
            wanted: 'yes',
            name: nameToType(means),
            question: `${found.who} holds it (${found.operation}, ${ageInWords(found.since, means.now())}). Take it away?`,
            declined: 'The lock was left as it is; nothing was changed.',
          })
        },
      },
      means,
    )
    const { stack, released } = result
    const text =
      released === null
        ? `Nobody holds Terraform's lock on ${stack}.`
        : `Terraform's lock on ${stack} was taken away from ${released.who}.`
    return { result, text }
  }
}
