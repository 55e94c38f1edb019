import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { RenderedFile } from '../../../observability/rendered-file.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { checkRendered } from '../../observability/check-rendered.ts'
import { renderTargetOf } from '../../observability/render-target-of.ts'
import { writeRendered } from '../../observability/write-rendered.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { RunTool } from '../../tools/tool-call.ts'

export type CheckRequest = {
  readonly environments: readonly EnvironmentFacts[]
  readonly run?: RunTool
  readonly signal: AbortSignal
  /** Hears of each environment before it is checked. */
  readonly say: (message: string) => void
}

const verdictSchema = z.enum(['passed', 'failed', 'not-checked'])

export const checkResultSchema = z.object({
  /** `not-checked`: nothing said no, but not everything could be asked. */
  verdict: verdictSchema,
  environments: z.array(
    z.object({
      environment: z.string(),
      files: z.int(),
      checks: z.array(
        z.object({
          check: z.string(),
          verdict: verdictSchema,
          words: z.array(z.string()).readonly(),
          /** What to type where it was not checked; else null. */
          fix: z.string().nullable(),
        }),
      ),
    }),
  ),
})

export type CheckResult = z.infer<typeof checkResultSchema>
type Verdict = z.infer<typeof verdictSchema>

const worst = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes('failed')) return 'failed'
  return verdicts.includes('not-checked') ? 'not-checked' : 'passed'
}

/** Loads Grafana's SDK. */
const loadRendering = async () => {
  const [{ renderObservability }, { renderRuleTests }] = await Promise.all([
    import('../../../observability/render-observability.ts'),
    import('../../../observability/rules/cases/render-rule-tests.ts'),
  ])
  return (environment: EnvironmentFacts) => {
    const target = renderTargetOf(environment)
    return { files: renderObservability(target), tests: renderRuleTests(target) }
  }
}

type Rendered = { readonly files: readonly RenderedFile[]; readonly tests: readonly RenderedFile[] }

const checkFiles = async ({ files, tests }: Rendered, { run = runTool, signal }: CheckRequest) => {
  const folder = await mkdtemp(join(tmpdir(), 'shopctl-observability-'))
  try {
    await writeRendered(folder, [...files, ...tests])
    const rules = files.map(({ path }) => path).filter((path) => path.startsWith('prometheus/rules/'))
    return [...(await checkRendered({ folder, rules, tests: tests.map(({ path }) => path) }, { run, signal }))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Renders every file and asks the programs that will read them, as far as they are here. */
export const checkObservability = async (request: CheckRequest): Promise<CheckResult> => {
  const render = await loadRendering()
  const environments: CheckResult['environments'] = []
  for (const environment of request.environments) {
    request.say(`Checking what is rendered for ${environment.name}.`)
    const rendered = render(environment)
    const checks = await checkFiles(rendered, request)
    environments.push({ environment: environment.name, files: rendered.files.length, checks })
  }
  const verdicts = environments.flatMap(({ checks }) => checks.map(({ verdict }) => verdict))
  return { verdict: worst(verdicts), environments }
}

/** What was not checked was not found to be right. */
export const checkOutcome = ({ verdict }: CheckResult): 'done' | 'check-failed' | 'unknown' => {
  if (verdict === 'failed') return 'check-failed'
  return verdict === 'passed' ? 'done' : 'unknown'
}
