import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { cost } from '../../flows/infra/cost.ts'
import { InfraCommand, infraFlags, offlineFlag } from '../../infra-command.ts'
import { infraCostView } from '../../output/views/infra-cost-view.ts'

const parseIncrease = (typed: string) => {
  const { amount, percent } = /^(?<amount>\d+(?:\.\d+)?)(?<percent>%?)$/.exec(typed.trim())?.groups ?? {}
  if (amount === undefined) throw new CLIError(`An increase is written 50 (USD a month) or 10%, not "${typed}".`)
  return { kind: percent === '%' ? ('percent' as const) : ('usd' as const), amount: Number(amount) }
}

const parseBudget = (typed: string): number => {
  if (!/^\d+(\.\d+)?$/.test(typed)) throw new CLIError(`A budget is a number of USD a month, not "${typed}".`)
  return Number(typed)
}

export default class InfraCost extends InfraCommand {
  static override summary =
    'What a month costs with the source as it is, and what that changes; exit 5 above the budget'
  static override examples = [
    '<%= config.bin %> infra cost --env prod --offline',
    '<%= config.bin %> infra cost --env prod --max-increase 10%',
  ]
  static override flags = {
    ...infraFlags,
    ...offlineFlag,
    budget: Flags.custom<number>({ parse: async (typed) => parseBudget(typed) })({
      helpValue: 'USD',
      summary: "in place of the installation's own",
    }),
    'max-increase': Flags.custom<ReturnType<typeof parseIncrease>>({ parse: async (typed) => parseIncrease(typed) })({
      helpValue: 'USD|%',
      summary: 'exit 5 where the fixed part grows by more',
    }),
    strict: Flags.boolean({ summary: 'exit 5 where anything has no price' }),
    'allow-cost': Flags.string({ helpValue: 'REASON', summary: 'why it is accepted all the same' }),
    compare: Flags.string({ helpValue: 'PLAN', summary: 'a saved plan, to say what differs from it' }),
  }

  protected async execute() {
    const { flags } = await this.parse(InfraCost)
    const means = await this.infraMeans(flags, { budget: flags.budget })
    const result = await cost(
      {
        against: flags.offline ? 'nothing' : 'account',
        limits: {
          maxIncrease: flags['max-increase'] ?? null,
          unpriced: flags.strict ? 'refused' : 'accepted',
          allow: flags['allow-cost'] ?? null,
        },
        comparedWith: flags.compare ?? null,
      },
      means,
    )
    const outcome = result.gate.outcome === 'failed' ? ('check-failed' as const) : ('done' as const)
    return { result, text: infraCostView(result, this.width), outcome }
  }
}
