import * as Flags from '@oclif/core/flags'
import { anyEnvironmentFlag } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { doctor, type Finding } from '../flows/doctor.ts'
import { renderTable } from '../output/table.ts'
import { repositoryRoot } from '../repository-root.ts'

const words = { fine: 'ok', without: 'without', missing: 'MISSING' } as const

const view = (findings: readonly Finding[], width: number | null): string => {
  const table = renderTable({
    columns: [
      { title: '', value: ({ state }) => words[state] },
      { title: 'WHAT', value: ({ name }) => name },
      { title: 'FOUND', value: ({ found }) => found },
    ],
    rows: findings,
    width,
  })
  const fixes = findings.flatMap(({ fix }) => (fix === null ? [] : [`  Fix: ${fix}`]))
  return [table, ...(fixes.length > 0 ? ['', ...fixes] : [])].join('\n')
}

export default class Doctor extends FlowCommand {
  static override summary =
    'What this machine, and with --env an environment, has and lacks; exit 3 where shopctl cannot work'

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --env dev']

  static override flags = {
    ...anyEnvironmentFlag,
    port: Flags.integer({ min: 1, max: 65535, default: 8080, summary: 'the port of the front door' }),
  }

  protected async execute() {
    const { flags } = await this.parse(Doctor)
    const { env } = flags
    const environmentFindings = async () => {
      if (env === undefined) return []
      const { platform, interrupted } = await this.means({ ...flags, env })
      return (await platform.findings?.(interrupted)) ?? []
    }
    const machine = doctor({
      repository: repositoryRoot,
      port: flags.port,
      environment: process.env,
      nodeVersion: process.version,
      platform: process.platform,
      signal: this.interrupted,
    })
    const findings = (await Promise.all([machine, environmentFindings()])).flat()
    const outcome = findings.some(({ state }) => state === 'missing') ? ('refused' as const) : ('done' as const)
    return { result: { findings }, text: view(findings, this.width), outcome }
  }
}
