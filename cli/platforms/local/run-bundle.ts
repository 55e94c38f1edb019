import { runTool } from '../../tools/run-tool.ts'
import type { ToolResult } from '../../tools/tool-call.ts'
import { linesOf, migratedBy, seedFailed } from '../migration-answers.ts'
import type { Migrated } from '../platform.ts'
import { answerOf } from '../service-answer.ts'
import type { Manifest } from './manifest.ts'
import { markerName, markerOf } from './process-marker.ts'
import { serviceCommand, serviceVariables } from './service-process.ts'
import type { StatePaths } from './state-paths.ts'

type BundleRun = {
  readonly manifest: Manifest
  readonly paths: StatePaths
  readonly args: readonly string[]
  readonly timeoutSeconds?: number
  readonly env?: Readonly<Record<string, string>>
}

const migrationSeconds = 120
const answerSeconds = 60

const runBundle = (run: BundleRun, signal: AbortSignal): Promise<ToolResult> => {
  const { program, args } = serviceCommand(run.manifest, run.paths)
  // Marked, so that the next command ends it where this one is killed.
  const marker = markerOf(run.paths.processes, `${run.manifest.service}-${run.args[0]}`)
  const env = { ...serviceVariables(run.manifest, run.paths), ...run.env, [markerName]: marker }
  const { timeoutSeconds = migrationSeconds } = run
  return runTool({ program, args: [...args, ...run.args], env, inherit: 'nothing', timeoutSeconds }, signal)
}

/** Runs a service's own migrations from its bundle. */
export const migrateService = async (
  { manifest, paths }: { manifest: Manifest; paths: StatePaths },
  signal: AbortSignal,
): Promise<Migrated> => {
  const { service } = manifest
  const result = await runBundle({ manifest, paths, args: ['migrate'] }, signal)
  return migratedBy({
    service,
    environment: 'local',
    outcome: result.exitCode === 0 ? 'done' : 'failed',
    output: result.stdout,
    otherwise: linesOf(result.stderr),
  })
}

/** Loads demo data through the service's own bundle; the same rows however often. */
export const seedService = async (run: Omit<BundleRun, 'args'>, signal: AbortSignal): Promise<void> => {
  const result = await runBundle({ ...run, args: ['seed'] }, signal)
  if (result.exitCode === 0) return
  throw seedFailed(run.manifest.service, linesOf(`${result.stdout}\n${result.stderr}`))
}

/** Asks a service's own program something; throws SERVICE_DID_NOT_ANSWER. */
export const askBundle = async (run: BundleRun, signal: AbortSignal): Promise<unknown> => {
  const result = await runBundle({ ...run, timeoutSeconds: answerSeconds }, signal)
  return answerOf({
    service: run.manifest.service,
    environment: 'local',
    outcome: result.exitCode === 0 ? 'done' : 'failed',
    output: result.stdout,
    otherwise: linesOf(result.stderr),
  })
}
