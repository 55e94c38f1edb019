import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { requireConfirmation, wordsFor } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import { environmentFlag, yesFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { loadPlan } from '../../flows/loadtest/load-plan.ts'
import { podWorkers } from '../../flows/loadtest/pod-workers.ts'
import { makingIn, refuseMaking, refuseTooMuch } from '../../flows/loadtest/production-rules.ts'
import { runDirectory } from '../../flows/loadtest/run-files.ts'
import { runLoadTest } from '../../flows/loadtest/run-load-test.ts'
import { threadWorkers } from '../../flows/loadtest/thread-workers.ts'
import { loadFlags } from '../../load-flags.ts'
import { loadRunDocument, loadRunView } from '../../output/views/load-run-view.ts'

const outcomes = { met: 'done', missed: 'check-failed', unknown: 'unknown' } as const

export default class LoadtestRun extends FlowCommand {
  static override summary =
    'Send customers to the shop and judge how it answers; exit 5 where an objective is missed, 6 where nothing is known'
  static override examples = [
    '<%= config.bin %> loadtest run --env local --profile smoke',
    '<%= config.bin %> loadtest run --env staging --users 300 --duration 5m',
    '<%= config.bin %> loadtest run --env staging --profile throughput --rate 1200',
    '<%= config.bin %> loadtest run --env dev --workers 3',
  ]
  static override flags = {
    ...environmentFlag,
    ...loadFlags,
    ...yesFlag,
    workers: Flags.integer({
      min: 1,
      max: 100,
      summary: 'so many pods beside the shop send the load, or threads where there is only this machine',
    }),
    output: Flags.string({ helpValue: 'FILE', summary: 'write the result there, and its page beside it' }),
  }

  protected async execute() {
    const { flags } = await this.parse(LoadtestRun)
    const { env, output } = flags
    refuseMaking(env, flags.scenario ?? [])
    const plan = loadPlan({
      profile: flags.profile,
      users: flags.users,
      spawnRatePerSecond: flags['spawn-rate'],
      durationSeconds: flags.duration,
      requestsPerSecond: flags.rate,
      scenarios: flags.scenario,
      making: makingIn(env),
    })
    refuseTooMuch(env, plan)
    if (env.confirm === 'type-the-name' && !flags.yes) await this.#confirm(env)
    const request = {
      plan,
      directory: runDirectory(process.env),
      output: output === undefined ? null : resolve(output),
      openFleet: flags.workers === undefined ? threadWorkers(null) : podWorkers(flags.workers),
      keepSecret: (secret: string) => this.redactor.register(secret),
    }
    const result = await runLoadTest(request, await this.means(flags))
    return {
      result: loadRunDocument(result),
      text: loadRunView(result, { width: this.width }),
      outcome: outcomes[result.verdict],
    }
  }

  #confirm(env: Parameters<typeof wordsFor>[0] & { readonly name: string }): Promise<void> {
    return requireConfirmation({
      question: `Customers are on ${env.name}.`,
      ...wordsFor(env),
      declined: `No load is sent to ${env.name} unless somebody says so; nothing was sent.`,
      fix: toType(`${this.typed()} --yes`),
      signal: this.interrupted,
    })
  }
}
