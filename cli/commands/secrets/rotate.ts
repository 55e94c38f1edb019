import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { toType } from '../../errors/to-type.ts'
import { environmentFlag, yesFlag } from '../../flags.ts'
import { rotateSecret } from '../../flows/secrets-rotate.ts'
import { awsSecretArgument } from '../../secret-flags.ts'
import { SecretsCommand } from '../../secrets-command.ts'

const outcomes = {
  rotated: 'has a new value; the one before is still good.',
  finished: 'has one value only: the old one is gone.',
  unchanged: 'has one value only; nothing was changed.',
} as const

export default class SecretsRotate extends SecretsCommand {
  static override summary = 'Give a secret in AWS a new value, while what runs goes on with the one that it has'
  static override examples = [
    '<%= config.bin %> secrets rotate jwt-signing-keys --env staging --yes',
    '<%= config.bin %> secrets rotate jwt-signing-keys --env staging --finish --yes',
    '<%= config.bin %> secrets rotate database-users --env staging --yes',
  ]
  static override args = awsSecretArgument
  static override flags = {
    ...environmentFlag,
    ...yesFlag,
    finish: Flags.boolean({
      summary: 'let the old signing keys go; refuses before the last token of them has expired',
    }),
  }

  protected async execute() {
    const { args, flags } = await this.parse(SecretsRotate)
    const { name } = args
    const part = flags.finish ? ('finish' as const) : ('begin' as const)
    if (!flags.yes)
      await requireConfirmation({
        ...wordsFor(flags.env),
        question:
          part === 'begin' ? `Rotate ${name} of ${flags.env.name}?` : `Let the old keys of ${flags.env.name} go?`,
        declined: `${name} of ${flags.env.name} was not rotated; nothing was changed.`,
        fix: toType(['secrets rotate', ...this.argv.map(quoteWord), '--yes'].join(' ')),
        signal: this.interrupted,
      })
    const means = { ...this.means(flags), now: () => new Date(), say: (message: string) => this.print(message) }
    const result = await rotateSecret({ name, part }, means)
    return {
      result,
      text: [`${result.secret} ${outcomes[result.outcome]}`, ...result.next.map((line) => `  ${line}`)].join('\n'),
    }
  }
}
