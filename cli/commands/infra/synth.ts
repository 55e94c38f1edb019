import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { synth } from '../../flows/infra/synth.ts'
import { InfraCommand, infraFlags } from '../../infra-command.ts'

export default class InfraSynth extends InfraCommand {
  static override summary = "Write a stack as Terraform's JSON; asks no network, no account and no Terraform"
  static override examples = [
    '<%= config.bin %> infra synth --env prod',
    '<%= config.bin %> infra synth --env dev --stack registry --output /tmp/registry',
  ]
  static override flags = {
    ...infraFlags,
    output: Flags.string({
      helpValue: 'DIR',
      default: 'reports/infra',
      summary: 'the folder that cdk.tf.json goes to',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(InfraSynth)
    const means = await this.infraMeans(flags)
    const result = await synth({ folder: resolve(flags.output) }, means)
    return { result, text: `${result.stack} is in ${result.file} (${result.bytes} bytes).` }
  }
}
