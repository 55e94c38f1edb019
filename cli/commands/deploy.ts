import * as Flags from '@oclif/core/flags'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { requireConfirmation, wordsFor } from '../confirm.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { dryRunFlag, environmentFlag, forceFlag, onlyFlag, reasonFlag, waitFlag, yesFlag } from '../flags.ts'
import { FlowCommand, type FlowFlags } from '../flow-command.ts'
import type { DeployRequest } from '../flows/deploy.ts'
import type { FlowMeans } from '../flows/means.ts'

export default class Deploy extends FlowCommand {
  static override summary =
    'Release the shop as the source has it: build, try out, move users over, or take it all back'

  static override examples = [
    '<%= config.bin %> deploy --env local',
    '<%= config.bin %> deploy --env local --dry-run',
    '<%= config.bin %> deploy --env local --watch',
  ]

  static override flags = {
    ...environmentFlag,
    ...onlyFlag,
    ...dryRunFlag,
    ...forceFlag('also deploy what was taken back in this environment before'),
    ...reasonFlag,
    ...waitFlag,
    ...yesFlag,
    port: Flags.integer({ min: 1, max: 65_535, summary: 'the port of the front door (local; 8080 the first time)' }),
    'demo-data': Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'with the first local release, load products and two accounts for trying out',
    }),
    watch: Flags.boolean({ exclusive: ['dry-run'], summary: 'release every save from now on, until Ctrl-C (local)' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Deploy)
    if (flags.watch) refuseWatchElsewhere(flags.env)
    const environment = flags.env.name
    const request: DeployRequest = {
      services: flags.only ?? null,
      mode: flags['dry-run'] ? 'dry-run' : 'apply',
      why: flags.reason ?? null,
      force: flags.force ? 'force' : 'no',
      waitSeconds: flags.wait ?? 0,
      demoData: flags['demo-data'] ? 'load' : 'none',
      ...(flags.yes ? {} : this.#confirmation(flags)),
    }
    const means = await this.means(flags, { port: flags.port })
    const { deploy } = await import('../flows/deploy.ts')
    const { deployView, wouldChangeView } = await import('../output/views/deploy-view.ts')
    const result = await deploy(request, means)
    if (request.mode === 'dry-run') {
      const outcome = result.outcome === 'unchanged' ? ('done' as const) : ('changes' as const)
      return { result, text: wouldChangeView(result, this.width), outcome }
    }
    const directions = await means.platform.directions()
    const text = deployView(result, { environment, directions, width: this.width })
    if (!flags.watch) return { result: { ...result, directions }, text }
    await (await this.openReporter(flags)).pause()
    this.print(text)
    return this.#watch(request, means)
  }

  /** Production is asked for by its name; elsewhere a deploy goes ahead. */
  #confirmation(flags: FlowFlags): Pick<DeployRequest, 'confirm'> {
    const { name, confirm } = flags.env
    if (confirm !== 'type-the-name') return {}
    return {
      confirm: async (changes) => {
        await (await this.openReporter(flags)).pause()
        await requireConfirmation({
          ...wordsFor(flags.env),
          question: `Release ${changes.map(({ service }) => service).join(', ')} to ${name}?`,
          declined: `The release to ${name} was not confirmed; nothing was changed.`,
          fix: toType(`${this.typed()} --yes`),
          signal: this.interrupted,
        })
      },
    }
  }

  async #watch(request: DeployRequest, means: FlowMeans) {
    const [{ watch }, { repositoryRoot }] = await Promise.all([
      import('../flows/watch.ts'),
      import('../repository-root.ts'),
    ])
    await watch({ repository: repositoryRoot, deploy: request }, means)
    return { result: { outcome: 'watched' }, text: '' }
  }
}

const refuseWatchElsewhere = ({ name, platform }: EnvironmentFacts): void => {
  if (platform === 'local') return
  throw new ShopctlError({
    code: 'WATCH_LOCAL_ONLY',
    outcome: 'usage',
    what: `--watch releases every save and works on the local platform only, not in ${name}.`,
    fix: [toType('deploy --env local --watch')],
  })
}
