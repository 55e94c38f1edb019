import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { compareFiles, outcomeOf } from '../../flows/loadtest/compare.ts'
import { loadComparisonView } from '../../output/views/load-comparison-view.ts'
import { ShopCommand } from '../../shop-command.ts'
import { shareOf } from '../../usage/share-of.ts'

export default class LoadtestCompare extends ShopCommand {
  static override summary =
    'Whether a load run is worse than another beyond noise; exit 5 where it is, 6 where nobody can tell'
  static override examples = [
    '<%= config.bin %> loadtest compare reports/release-41.json reports/release-42.json',
    '<%= config.bin %> loadtest compare before.json after.json --tolerance 10%',
  ]
  static override args = {
    a: Args.string({ description: 'the run before: a result of loadtest run', required: true, ignoreStdin: true }),
    b: Args.string({ description: 'the run after', required: true, ignoreStdin: true }),
  }
  static override flags = {
    tolerance: Flags.custom({
      helpValue: 'SHARE',
      default: 0.05,
      defaultHelp: async () => '5%',
      summary: 'how much worse a figure may be, of what it was: 5% or 0.05',
      parse: async (typed: string) => shareOf(typed, '--tolerance'),
    })(),
  }

  protected async execute() {
    const { args, flags } = await this.parse(LoadtestCompare)
    const result = await compareFiles({ before: args.a, after: args.b, tolerance: flags.tolerance ?? 0.05 })
    const text = loadComparisonView(result, { width: this.width })
    return { result, text, outcome: outcomeOf(result) }
  }
}
