import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { RunTool } from '../../tools/tool-call.ts'
import type { Scanner } from './open-scanner.ts'
import { type ParsedReport, parseReport } from './parse-report.ts'
import { runScanner, said, scanFailed } from './scan-failure.ts'
import type { ScanKind } from './scan-policy.ts'
import { reportFile, type ScanTarget, scanCall } from './trivy-calls.ts'
import { withScratch } from './with-scratch.ts'

export type ScanRequest = {
  readonly subject: string
  readonly target: ScanTarget
  readonly runTool: RunTool
  readonly signal: AbortSignal
}

/**
 * What a report must have recognised to be one: a scanner that understood nothing finds nothing. A tree without
 * secrets gives an empty report, so that for `secrets` nothing can be asked of it.
 */
const expected: Readonly<Record<ScanKind, readonly string[]>> = {
  image: ['os-pkgs', 'lang-pkgs'],
  fs: ['lang-pkgs'],
  config: ['config'],
  secrets: [],
}

const whyUnread = (error: unknown): string => {
  if (!(error instanceof z.ZodError)) {
    return `Its report is cut off or not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  const [issue] = error.issues
  return `Its report is not one: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
}

/**
 * One scan. Only a whole report of a scanner that ended well counts; everything else is SCAN_FAILED. The exit code is
 * never the verdict: the scanner is told to end with 0 whatever it finds.
 */
export const runScan = async (
  scanner: Scanner,
  { subject, target, runTool, signal }: ScanRequest,
): Promise<ParsedReport> =>
  withScratch(async (scratch) => {
    const call = scanCall({ ...scanner.place, scratch }, target)
    const ended = await runScanner(call, { runTool, signal, subject })
    const log = said(ended)
    if (ended.exitCode !== 0) throw scanFailed(subject, { why: [`trivy ended with ${ended.exitCode}.`, ...log] })
    const text = await readFile(reportFile(scratch), 'utf8').catch(() => null)
    if (text === null) throw scanFailed(subject, { why: ['trivy ended with 0 but wrote no report.', ...log] })
    if (text.trim() === '') throw scanFailed(subject, { why: ['trivy ended with 0 but its report is empty.', ...log] })
    const report = readReport(text, subject)
    const wanted = expected[target.kind]
    if (wanted.length > 0 && !wanted.some((name) => report.recognised.includes(name))) {
      const why = [`trivy recognised nothing that it could check (${wanted.join(', ')}).`, ...log]
      throw scanFailed(subject, { why })
    }
    return report
  })

const readReport = (text: string, subject: string): ParsedReport => {
  try {
    return parseReport(text, { subject })
  } catch (cause) {
    throw scanFailed(subject, { why: [whyUnread(cause)], cause })
  }
}
