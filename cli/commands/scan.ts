import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { environmentNames, environments } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { FlowCommand, type FlowFlags } from '../flow-command.ts'
import { scan } from '../flows/scan.ts'
import { scannedEnvironmentView, scanView } from '../output/views/scan-view.ts'
import { repositoryRoot } from '../repository-root.ts'
import { chosenFrom } from '../usage/refused-value.ts'

const kinds = ['all', 'fs', 'secrets', 'config', 'image'] as const
const formats = ['table', 'json', 'html', 'sarif', 'sbom'] as const

const environmentName = {
  helpValue: environmentNames.join('|'),
  parse: async (typed: string) =>
    chosenFrom(typed, { code: 'UNKNOWN_ENVIRONMENT', noun: 'environment', known: environmentNames }),
}

const notImages = (kind: string): ShopctlError =>
  new ShopctlError({
    code: 'WRONG_USAGE',
    outcome: 'usage',
    what: `An environment has images, and no ${kind} to scan; nothing was scanned.`,
    fix: [toType('scan image --running prod')],
  })

export default class Scan extends FlowCommand {
  static override summary =
    'What is known to be wrong with dependencies, secrets, configuration or an image; exit 5 where it blocks'
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan config --path manifests --policy-of staging',
    '<%= config.bin %> scan image --image registry.example/users@sha256:…',
    '<%= config.bin %> scan image --running prod',
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
    built: Flags.custom({
      ...environmentName,
      summary: 'the images that are built of the source for this environment',
      exclusive: ['running', 'image', 'path'],
    })(),
    running: Flags.custom({
      ...environmentName,
      summary: 'the images that this environment runs',
      exclusive: ['built', 'image', 'path'],
    })(),
    'policy-of': Flags.custom({ ...environmentName, default: 'prod', summary: 'judge as for this environment' })(),
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
    const { built, running } = flags
    if ((built ?? running) !== undefined && args.kind !== 'image') throw notImages(args.kind ?? 'all')
    if (built !== undefined) return this.#environment('scanBuilt', { ...flags, env: environments[built] })
    if (running !== undefined) return this.#environment('scanRunning', { ...flags, env: environments[running] })
    const reporter = await this.openReporter(flags)
    const result = await scan({
      kind: chosenFrom(args.kind ?? 'all', { code: 'UNKNOWN_SCAN', noun: 'scan', known: kinds }),
      path: flags.path === undefined ? null : resolve(flags.path),
      image: flags.image ?? null,
      policyOf: flags['policy-of'],
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

  async #environment(which: 'scanBuilt' | 'scanRunning', flags: FlowFlags) {
    const flows = await import('../flows/scan-environment.ts')
    const result = await flows[which](await this.means(flags))
    return { result, text: scannedEnvironmentView(result) }
  }
}
