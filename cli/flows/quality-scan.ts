import { access, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Reporter } from '../output/events.ts'
import { parseReportTask, type ReportTask } from '../quality/report-task.ts'
import { scannerCall } from '../quality/scanner-call.ts'
import { readSonarServer } from '../quality/sonar-server.ts'
import { coverageFile, reportTaskFile } from '../quality/sonar-settings.ts'
import { lastWords } from '../tools/last-words.ts'
import { redact } from '../tools/redact.ts'
import { runTool } from '../tools/run-tool.ts'
import type { ToolResult } from '../tools/tool-call.ts'

export type QualityScanRequest = {
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly reporter: Reporter
  /** Told the token before anything is said. */
  readonly keepSecret: (secret: string) => void
  readonly signal: AbortSignal
}

export type QualityScanResult = ReportTask & { readonly file: string; readonly seconds: number }

const coverageMissing = (file: string): ShopctlError =>
  new ShopctlError({
    code: 'COVERAGE_MISSING',
    outcome: 'refused',
    what: 'There is no coverage to send; SonarQube would take it for 0 %. Nothing was scanned.',
    why: [`${file} is not there.`],
    fix: ['bin/test unit --coverage'],
  })

const scanFailed = (why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'QUALITY_SCAN_FAILED',
    outcome: 'refused',
    what: 'The scanner sent no analysis to SonarQube; nothing was changed.',
    why,
    fix: [toType('quality scan')],
  })

/** The scanner tells its errors on either stream, among many lines of INFO. */
const errorsOf = ({ exitCode, stdout, stderr }: ToolResult, token: string): readonly string[] => {
  const lines = redact(`${stdout}\n${stderr}`, [token]).split('\n')
  const errors = lines.filter((line) => /\b(ERROR|FAILURE)\b/.test(line))
  return [...lastWords(errors.length > 0 ? errors : lines), `sonar-scanner exited ${exitCode}.`]
}

/**
 * Sends the sources and the coverage of the unit tests to SonarQube; its gate judges them later. Throws
 * SONAR_NOT_CONFIGURED, COVERAGE_MISSING, TOOL_MISSING, QUALITY_SCAN_FAILED (all refused), TOOL_TIMEOUT (unknown).
 */
export const qualityScan = async (request: QualityScanRequest): Promise<QualityScanResult> => {
  const { repository, variables, reporter, keepSecret, signal } = request
  const server = readSonarServer(variables)
  keepSecret(server.token)
  const coverage = join(repository, coverageFile)
  const isCovered = await access(coverage).then(
    () => true,
    () => false,
  )
  if (!isCovered) throw coverageMissing(coverage)
  const file = join(repository, reportTaskFile)
  // The gate must never ask for the analysis of another day.
  await rm(file, { force: true })
  await mkdir(dirname(file), { recursive: true })
  reporter.emit({ type: 'notice', message: `Scanning for ${server.url}.` })
  const ended = await runTool(scannerCall(repository, server), signal)
  if (ended.exitCode !== 0) throw scanFailed(errorsOf(ended, server.token))
  const task = parseReportTask(await readFile(file, 'utf8').catch(() => ''))
  if (task === null) throw scanFailed([`sonar-scanner ended well but left no report-task.txt in ${dirname(file)}.`])
  return { ...task, file, seconds: Math.round(ended.milliseconds / 1000) }
}
