import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { lastWords } from '../../tools/last-words.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { ToolResult } from '../../tools/tool-call.ts'
import type { Migrated } from '../platform.ts'
import type { Manifest } from './manifest.ts'
import { markerName, markerOf } from './process-marker.ts'
import { serviceCommand, serviceVariables } from './service-process.ts'
import type { StatePaths } from './state-paths.ts'

const answerSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('applied'), name: z.string(), reversible: z.boolean() }),
  z.object({
    event: z.literal('failed'),
    name: z.string().nullish(),
    message: z.string(),
    detail: z.string().nullish(),
  }),
])

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

const parseAnswers = (stdout: string): readonly z.infer<typeof answerSchema>[] =>
  linesOf(stdout).flatMap((line) => {
    try {
      const parsed = answerSchema.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })

type BundleRun = {
  readonly manifest: Manifest
  readonly paths: StatePaths
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const migrationSeconds = 120

const runBundle = (run: BundleRun, signal: AbortSignal): Promise<ToolResult> => {
  const { program, args } = serviceCommand(run.manifest, run.paths)
  // Marked, so that the next command ends it where this one is killed.
  const marker = markerOf(run.paths.processes, [run.manifest.service, ...run.args].join('-'))
  const env = { ...serviceVariables(run.manifest, run.paths), ...run.env, [markerName]: marker }
  return runTool(
    { program, args: [...args, ...run.args], env, inherit: 'nothing', timeoutSeconds: migrationSeconds },
    signal,
  )
}

/** Runs a service's own migrations from its bundle. */
export const migrateService = async (
  { manifest, paths }: { manifest: Manifest; paths: StatePaths },
  signal: AbortSignal,
): Promise<Migrated> => {
  const { service } = manifest
  const result = await runBundle({ manifest, paths, args: ['migrate'] }, signal)
  const answers = parseAnswers(result.stdout)
  const applied = answers
    .filter((answer) => answer.event === 'applied')
    .map(({ name, reversible }) => ({ service, name, reversible }))
  if (result.exitCode === 0) return { applied, failure: null }
  const failed = answers.filter((answer) => answer.event === 'failed')
  const said = failed.flatMap(({ name, message, detail }) => [
    name ? `migration ${name}: ${message}` : message,
    ...(detail ? [detail] : []),
  ])
  const failure = new ShopctlError({
    code: 'MIGRATION_FAILED',
    outcome: 'failed',
    what: `${service} could not be migrated in local`,
    why: said.length > 0 ? said : lastWords(linesOf(result.stderr)),
    fix: [toType('history --env local')],
  })
  return { applied, failure }
}

/** Loads demo data through the service's own bundle; the same rows however often. */
export const seedService = async (run: Omit<BundleRun, 'args'>, signal: AbortSignal): Promise<void> => {
  const result = await runBundle({ ...run, args: ['seed'] }, signal)
  if (result.exitCode === 0) return
  throw new ShopctlError({
    code: 'SEED_FAILED',
    outcome: 'failed',
    what: `The demo data of ${run.manifest.service} could not be loaded`,
    why: lastWords(linesOf(`${result.stdout}\n${result.stderr}`)),
  })
}
