import { waitFlag, yesFlag } from '../../flags.ts'
import { bootstrap } from '../../flows/infra/bootstrap.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'

export default class InfraBootstrap extends InfraCommand {
  static override summary = 'Make the bucket for the states, once for each account; a second run changes nothing'
  static override examples = ['<%= config.bin %> infra bootstrap --env prod']
  static override flags = { env: infraFlags.env, ...yesFlag, ...waitFlag }

  protected async execute() {
    const { flags } = await this.parse(InfraBootstrap)
    const means = await this.infraMeans({ ...flags, stack: 'state' }, { waitSeconds: flags.wait ?? 0 })
    const { account, region } = means.installation
    const confirm = async (bucket: string): Promise<void> => {
      await this.answer(flags, {
        wanted: 'yes',
        name: 'state',
        question: `Make the bucket ${bucket} in account ${account}, ${region}?`,
        declined: `The bucket ${bucket} was not made; nothing was changed.`,
      })
    }
    const result = await bootstrap({ waitSeconds: flags.wait ?? 0, confirm }, means)
    const text =
      result.outcome === 'made'
        ? `${result.bucket} is there, and holds its own state.`
        : `${result.bucket} was there already; nothing was changed.`
    return { result, text }
  }
}
