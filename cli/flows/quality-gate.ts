import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Reporter } from '../output/events.ts'
import type { QualityCondition } from '../quality/quality-verdict.ts'
import { parseReportTask } from '../quality/report-task.ts'
import { readSonarServer } from '../quality/sonar-server.ts'
import { reportTaskFile } from '../quality/sonar-settings.ts'
import { waitForVerdict } from '../quality/wait-for-verdict.ts'

export type QualityGateRequest = {
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly waitSeconds: number
  readonly everyMilliseconds?: number
  readonly reporter: Reporter
  readonly keepSecret: (secret: string) => void
  readonly signal: AbortSignal
}

export type QualityGateResult = {
  readonly verdict: 'passed' | 'failed'
  readonly projectKey: string
  readonly dashboardUrl: string
  readonly conditions: readonly QualityCondition[]
}

const noAnalysis = (file: string): ShopctlError =>
  new ShopctlError({
    code: 'NO_ANALYSIS',
    outcome: 'refused',
    what: 'There is no analysis to ask SonarQube about.',
    why: [`${file} is not there, or not what the scanner writes.`],
    fix: [toType('quality scan')],
  })

const noGate = (projectKey: string): ShopctlError =>
  new ShopctlError({
    code: 'NO_QUALITY_GATE',
    outcome: 'unknown',
    what: `SonarQube has no quality gate for ${projectKey}: nobody has said yes.`,
    why: ['api/qualitygates/project_status answered NONE.'],
  })

/**
 * What SonarQube's gate says of the last analysis. Throws NO_ANALYSIS, SONAR_NOT_CONFIGURED, SONAR_NOT_ALLOWED
 * (refused), QUALITY_GATE_UNKNOWN, ANALYSIS_FAILED, NO_QUALITY_GATE, SONAR_ANSWER (unknown).
 */
export const qualityGate = async (request: QualityGateRequest): Promise<QualityGateResult> => {
  const { repository, variables, waitSeconds, everyMilliseconds = 2_000, reporter, keepSecret, signal } = request
  const server = readSonarServer(variables)
  keepSecret(server.token)
  const file = join(repository, reportTaskFile)
  const task = parseReportTask(await readFile(file, 'utf8').catch(() => ''))
  if (task === null) throw noAnalysis(file)
  const { projectKey, dashboardUrl } = task
  reporter.emit({ type: 'notice', message: `Waiting up to ${waitSeconds} s for SonarQube: ${dashboardUrl}` })
  const deadlineMilliseconds = performance.now() + waitSeconds * 1000
  const wait = { server, waitSeconds, deadlineMilliseconds, everyMilliseconds, signal }
  const { verdict, conditions } = await waitForVerdict(task, wait)
  if (verdict === 'none') throw noGate(projectKey)
  return { verdict, projectKey, dashboardUrl, conditions }
}
