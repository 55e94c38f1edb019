import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunTool, ToolResult } from '../../tools/tool-call.ts'
import { withDatabaseLock } from './database-lock.ts'
import { runScanner, said, scanFailed } from './scan-failure.ts'
import { parseScannerVersion, refuseUntrusted, type ScannerVersion } from './scanner-version.ts'
import { downloadDatabaseCall, type TrivyPlace, type Variables, versionCall } from './trivy-calls.ts'
import { withScratch } from './with-scratch.ts'

/** A line for the person who waits, in the shape of the events that a reporter takes. */
export type ScanNotice =
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'warning'; readonly message: string; readonly fix: string[] }
export type Say = (notice: ScanNotice) => void

export type ScannerMeans = {
  /** What will be scanned, for a failure's sentence. */
  readonly subject: string
  readonly runTool: RunTool
  readonly cacheDirectory: string
  readonly variables: Variables
  readonly say: Say
  readonly signal: AbortSignal
}

export type Scanner = ScannerVersion & {
  readonly name: 'trivy'
  readonly place: Omit<TrivyPlace, 'scratch'>
}

const askVersion = async (place: TrivyPlace, { runTool, signal, subject }: ScannerMeans): Promise<ScannerVersion> => {
  const answer = await runScanner(versionCall(place), { runTool, signal, subject })
  try {
    return parseScannerVersion(answer.stdout)
  } catch (cause) {
    const why = [`trivy version ended with ${answer.exitCode} and said no version.`, ...said(answer)]
    throw scanFailed(subject, { why, fix: ['trivy version --format json'], cause })
  }
}

const refreshDatabase = async (place: TrivyPlace, means: ScannerMeans): Promise<ToolResult> =>
  withDatabaseLock(place.cacheDirectory, {
    signal: means.signal,
    work: () => runScanner(downloadDatabaseCall(place), means),
  })

const withDatabase = async (place: TrivyPlace, means: ScannerMeans): Promise<ScannerVersion> => {
  const refreshed = await refreshDatabase(place, means)
  const known = await askVersion(place, means)
  if (known.databaseUpdatedAt === null) {
    const why = ['There is no vulnerability database and none could be fetched.', ...said(refreshed)]
    throw scanFailed(means.subject, { why, fix: ['trivy image --download-db-only'] })
  }
  if (refreshed.exitCode !== 0) {
    const message = `The vulnerability database could not be refreshed; it is of ${known.databaseUpdatedAt}.`
    means.say({ type: 'warning', message, fix: ['trivy image --download-db-only'] })
  }
  return known
}

/**
 * Finds the scanner, refuses an untrusted release before it sees anything, and fetches its database once for all scans
 * that follow. Throws TOOL_MISSING, SCANNER_REFUSED or SCAN_FAILED.
 */
export const openScanner = async (
  means: ScannerMeans,
  { database }: { database: 'needed' | 'not needed' },
): Promise<Scanner> => {
  const cacheDirectory = join(means.cacheDirectory, 'trivy')
  await mkdir(cacheDirectory, { recursive: true })
  const shared = { cacheDirectory, variables: means.variables }
  return withScratch(async (scratch) => {
    const place = { ...shared, scratch }
    const first = await askVersion(place, means)
    refuseUntrusted(first.version)
    const known = database === 'needed' ? await withDatabase(place, means) : first
    return { name: 'trivy', place: shared, ...known }
  })
}
