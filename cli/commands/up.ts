import * as Flags from '@oclif/core/flags'
import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { requireConfirmation, wordsFor } from '../confirm.ts'
import { toType } from '../errors/to-type.ts'
import { dryRunFlag, environmentFlag, reasonFlag, waitFlag, yesFlag } from '../flags.ts'
import { type FlowFlags, whoAmI } from '../flow-command.ts'
import { doctor } from '../flows/doctor.ts'
import { nameToType } from '../flows/infra/wanted-answer.ts'
import type { FlowMeans } from '../flows/means.ts'
import { type UpPart, type UpSelection, upParts } from '../flows/up/plan-up.ts'
import { up } from '../flows/up/up.ts'
import type { UpMeans, UpRequest } from '../flows/up/up-means.ts'
import { upRecordStore } from '../flows/up/up-record.ts'
import { allowDestroyFlag, InfraCommand, type InfraFlags } from '../infra-command.ts'
import { infraPlanView } from '../output/views/infra-plan-view.ts'
import { upView } from '../output/views/up-view.ts'
import { repositoryRoot } from '../repository-root.ts'
import { chosenFrom } from '../usage/refused-value.ts'

const choices = [...upParts, ...serviceNames]

const knownChoice = (typed: string): (typeof choices)[number] =>
  chosenFrom(typed, { code: 'UNKNOWN_PART', noun: 'part or service', known: choices })

const isPart = (word: string): word is UpPart => upParts.some((part) => part === word)
const isService = (word: string): word is ServiceName => serviceNames.some((name) => name === word)

type Typed = FlowFlags &
  InfraFlags & {
    readonly yes?: boolean
    readonly json?: boolean
    readonly wait?: number | undefined
    readonly 'allow-destroy'?: string[] | undefined
    readonly 'allow-cost'?: string | undefined
  }

export default class Up extends InfraCommand {
  static override summary =
    'Go the whole way: tools, infrastructure, cluster, release, smoke checks; after a stop, type it again'
  static override examples = [
    '<%= config.bin %> up --env local',
    '<%= config.bin %> up --env staging --dry-run',
    '<%= config.bin %> up --env staging --only infra',
  ]
  static override flags = {
    ...environmentFlag,
    only: Flags.custom({
      helpValue: choices.join(','),
      summary: 'these parts and services only',
      parse: async (typed: string) => typed.split(',').map((word) => knownChoice(word.trim())),
    })(),
    ...dryRunFlag,
    ...reasonFlag,
    ...waitFlag,
    ...yesFlag,
    ...allowDestroyFlag,
    'allow-cost': Flags.string({ helpValue: 'REASON', summary: 'why it may cost more than the budget; is recorded' }),
    port: Flags.integer({ min: 1, max: 65_535, summary: 'the port of the front door (local; 8080 the first time)' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Up)
    const only = flags.only ?? null
    const selection: UpSelection =
      only === null ? null : { parts: only.filter(isPart), services: only.filter(isService) }
    const request: UpRequest = {
      mode: flags['dry-run'] ? 'dry-run' : 'apply',
      selection,
      why: flags.reason ?? null,
      waitSeconds: flags.wait ?? 0,
      demoData: 'load',
      infra: this.#infraQuestions(flags),
      ...this.#releaseQuestion(flags),
    }
    const report = await up(request, await this.#upMeans(flags, flags.port ?? null))
    const next =
      report.outcome === 'would-change'
        ? this.typedWithout({ names: ['--dry-run'], values: 'none' })
        : `status --env ${report.environment}`
    const text = upView(report, { width: this.width, next: toType(next) })
    return {
      result: report,
      text,
      outcome: report.outcome === 'would-change' ? ('changes' as const) : ('done' as const),
    }
  }

  async #upMeans(flags: Typed, port: number | null): Promise<UpMeans> {
    const { env: facts } = flags
    let opened: Promise<FlowMeans> | null = null
    const shop = (): Promise<FlowMeans> => {
      const means = opened ?? this.means(flags, { port: port ?? undefined })
      opened = means
      return means
    }
    return {
      facts,
      reporter: await this.openReporter(flags),
      who: whoAmI(),
      command: this.typed(),
      now: () => new Date(),
      interrupted: this.interrupted,
      record: upRecordStore(facts.name, process.env),
      machine: (lastPort) =>
        doctor({
          repository: repositoryRoot,
          port: port ?? lastPort ?? 8080,
          environment: process.env,
          nodeVersion: process.version,
          platform: process.platform,
          signal: this.interrupted,
          facts,
        }),
      infra: () => this.infraMeans(flags, { waitSeconds: flags.wait ?? 0 }),
      shop,
    }
  }

  /** As `infra up` asks. */
  #infraQuestions(flags: Typed): UpRequest['infra'] {
    return {
      allowed: { destroy: flags['allow-destroy'] ?? [], cost: flags['allow-cost'] ?? null },
      show: async (document) => this.show(flags, infraPlanView(document, this.width)),
      confirm: async ({ stack, environment }, wanted) => {
        const means = await this.infraMeans(flags)
        const { account, region } = means.installation
        return this.answer(flags, {
          wanted,
          name: nameToType(means),
          question: `Apply this plan to ${stack} for ${environment}, in account ${account}, ${region}?`,
          declined: `The plan of ${stack} was not applied; nothing was changed.`,
        })
      },
      confirmBootstrap: async (bucket) => {
        await this.answer(flags, {
          wanted: 'yes',
          name: bucket,
          question: `There is no bucket for the states. Make ${bucket}?`,
          declined: `The bucket ${bucket} was not made; nothing was changed.`,
        })
      },
    }
  }

  /** As `deploy` asks: production by its name, the others not at all. */
  #releaseQuestion(flags: Typed): Pick<UpRequest, 'confirmRelease'> {
    const { env, yes } = flags
    if (yes || env.confirm !== 'type-the-name') return {}
    return {
      confirmRelease: async (changes) => {
        await (await this.openReporter(flags)).pause()
        await requireConfirmation({
          ...wordsFor(env),
          question: `Release ${changes.map(({ service }) => service).join(', ')} to ${env.name}?`,
          declined: `The release to ${env.name} was not confirmed; no service was changed.`,
          fix: toType(`${this.typed()} --yes`),
          signal: this.interrupted,
        })
      },
    }
  }
}
