import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { output } from '../../flows/infra/output.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'
import { infraOutputView } from '../../output/views/infra-output-view.ts'

export default class InfraOutput extends InfraCommand {
  static override summary = 'What was built tells others: the cluster, addresses, buckets, names of secrets'
  static override examples = [
    '<%= config.bin %> infra output --env prod',
    '<%= config.bin %> infra output cluster_name --env prod',
  ]
  static override args = {
    name: Args.string({ description: 'one of them; left out, all', ignoreStdin: true }),
  }
  static override flags = {
    ...infraFlags,
    'show-secrets': Flags.boolean({ summary: 'also show the values that are sensitive' }),
  }

  protected async execute() {
    const { args, flags } = await this.parse(InfraOutput)
    const means = await this.infraMeans(flags)
    const secrets = flags['show-secrets'] ? 'shown' : 'masked'
    const result = await output({ name: args.name ?? null, secrets }, means)
    return { result, text: infraOutputView(result, { only: args.name ?? null, width: this.width }) }
  }
}
