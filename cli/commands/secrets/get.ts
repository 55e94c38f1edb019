import * as Flags from '@oclif/core/flags'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { getSecret } from '../../flows/secrets-get.ts'
import { printText } from '../../output/standard-streams.ts'
import { secretFactsView } from '../../output/views/secrets-view.ts'
import { anySecretArgument, secretFlags } from '../../secret-flags.ts'
import { SecretsCommand } from '../../secrets-command.ts'

export default class SecretsGet extends SecretsCommand {
  static override summary = 'Where one secret is and what is known of it; with --reveal its value, and nothing else'
  static override examples = [
    '<%= config.bin %> secrets get MAIL_PASSWORD --env staging --service orders',
    '<%= config.bin %> secrets get mail --env staging --reveal | jq .',
  ]
  static override args = anySecretArgument
  static override flags = {
    ...secretFlags,
    reveal: Flags.boolean({ summary: 'print the value on stdout, alone; not with --json' }),
  }

  protected async execute() {
    const { args, flags } = await this.parse(SecretsGet)
    const { name } = args
    if (flags.reveal && flags.json)
      throw new ShopctlError({
        code: 'REVEAL_ALONE',
        outcome: 'usage',
        what: '--reveal prints the value alone and --json a document of which every secret is taken out.',
        why: ['only one of them can be had'],
      })
    const found = await getSecret(this.means(flags), { name, service: flags.service ?? null })
    if (!flags.reveal) {
      const look = { environment: flags.env.name, width: this.width, now: new Date() }
      return { result: { ...found.facts }, text: secretFactsView(found, look) }
    }
    if (found.value === null)
      throw new ShopctlError({
        code: 'SECRET_NOT_SET',
        outcome: 'refused',
        what: `${name} of ${flags.env.name} has no value yet.`,
      })
    // Past the redactor, which knows the value: everything else that is said goes without it.
    printText(found.value)
    return { result: null, text: '' }
  }
}
