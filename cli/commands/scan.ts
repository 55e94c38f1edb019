import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { environmentNames } from '../../stacks/environments.ts'
import { scan } from '../flows/scan.ts'
import { scanView } from '../output/views/scan-view.ts'
import { repositoryRoot } from '../repository-root.ts'
import { ShopCommand } from '../shop-command.ts'
import { chosenFrom } from '../usage/refused-value.ts'

const kinds = ['all', 'fs', 'secrets', 'config', 'image'] as const
const formats = ['table', 'json', 'html', 'sarif', 'sbom'] as const

export default class Scan extends ShopCommand {
  static override summary =
    'What is known to be wrong with dependencies, secrets, configuration or an image; exit 5 where it blocks'
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan config --path manifests --policy-of staging',
    '<%= config.bin %> scan image --image registry.example/users@sha256:…',
  ]
  static override args = {
    kind: Args.custom({
      description: kinds.join(', '),
      ignoreStdin: true,
      default: 'all',
      parse: async (typed: string) => chosenFrom(typed, { code: 'UNKNOWN_SCAN', noun: 'scan', known: kinds }),
    })(),
  }
  static override flags = {
    path: Flags.string({
      helpValue: 'DIRECTORY',
      summary: 'what to scan instead of the repository; for an image an OCI layout',
    }),
    image: Flags.string({ helpValue: 'REFERENCE', summary: 'an image that the local engine or a registry has' }),
    'policy-of': Flags.custom({
      helpValue: environmentNames.join('|'),
      default: 'prod',
      summary: 'judge as for this environment',
      parse: async (typed: string) =>
        chosenFrom(typed, { code: 'UNKNOWN_ENVIRONMENT', noun: 'environment', known: environmentNames }),
    })(),
    format: Flags.custom({
      helpValue: formats.join(','),
      summary: 'the reports to write; all where it is left out',
      parse: async (typed: string) =>
        typed
          .split(',')
          .map((word) => chosenFrom(word.trim(), { code: 'UNKNOWN_FORMAT', noun: 'format', known: formats })),
    })(),
  }

  protected async execute() {
    const { args, flags } = await this.parse(Scan)
    const reporter = await this.openReporter(flags)
    const result = await scan({
      kind: chosenFrom(args.kind ?? 'all', { code: 'UNKNOWN_SCAN', noun: 'scan', known: kinds }),
      path: flags.path === undefined ? null : resolve(flags.path),
      image: flags.image ?? null,
      policyOf: flags['policy-of'] ?? 'prod',
      formats: flags.format ?? formats,
      repository: repositoryRoot,
      variables: process.env,
      say: (notice) => reporter.emit(notice),
      now: new Date(),
      signal: this.interrupted,
    })
    const outcome = result.verdict === 'passed' ? ('done' as const) : ('check-failed' as const)
    return { result, text: scanView(result), outcome }
  }
}
