import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { environmentFlag, servicesFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { refuseRealMoney, smoke } from '../flows/smoke.ts'
import { smokeView } from '../output/views/smoke-view.ts'

const outcomes = { passed: 'done', failed: 'check-failed', unknown: 'unknown' } as const

export default class Smoke extends FlowCommand {
  static override summary =
    "Ask the shop what closes every deploy, and make customers' journeys; exit 5 where one fails, 6 where one could not be tried"

  static override examples = [
    '<%= config.bin %> smoke --env prod',
    '<%= config.bin %> smoke --env staging --journeys --junit reports/smoke.xml',
  ]

  static override flags = {
    ...environmentFlag,
    ...servicesFlag('the checks and journeys of these services only'),
    journeys: Flags.boolean({ summary: 'also register, buy and cancel as customers do; refused where money is real' }),
    junit: Flags.string({ helpValue: 'FILE', summary: "write the results as JUnit's XML to FILE" }),
    timeout: Flags.integer({
      min: 1,
      max: 120,
      default: 5,
      helpValue: 'SECONDS',
      summary: 'how long an answer may take',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(Smoke)
    if (flags.journeys) refuseRealMoney(flags.env)
    const means = await this.means(flags)
    const request = {
      facts: flags.env,
      only: flags.only ?? null,
      journeys: flags.journeys ? ('make' as const) : ('leave-out' as const),
      junit: flags.junit === undefined ? null : resolve(flags.junit),
      secondsPerCheck: flags.timeout,
      keepSecret: (secret: string) => this.redactor.register(secret),
      redact: (text: string) => this.redactor.redact(text),
    }
    const result = await smoke(request, means)
    return { result, text: smokeView(result, { width: this.width }), outcome: outcomes[result.verdict] }
  }
}
