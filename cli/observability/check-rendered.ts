import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { RunTool, ToolCall } from '../tools/tool-call.ts'
import { checkAlertmanagerCall, checkConfigCall, checkRulesCall, testRulesCall } from './check-calls.ts'
import { discoveryProbe, withoutDiscovery } from './without-discovery.ts'

export type Verdict = 'passed' | 'failed' | 'not-checked'

export type RenderedCheck = {
  /** `promtool check rules`. */
  readonly check: string
  readonly verdict: Verdict
  /** What the program said where it says no; else what was left out, and why. */
  readonly words: readonly string[]
}

export type RenderedFolder = {
  readonly folder: string
  readonly rules: readonly string[]
  readonly tests: readonly string[]
}

type Means = { readonly run: RunTool; readonly signal: AbortSignal }

const checkName = ({ program, args }: ToolCall): string =>
  [program, ...args.slice(0, program === 'amtool' ? 1 : 2)].join(' ')

const wordsLimit = 40

/** Null where the program is not on this machine. */
const answerOf = async (call: ToolCall, { run, signal }: Means) =>
  run(call, signal).catch((error: unknown) => {
    if (error instanceof ShopctlError && error.code === 'TOOL_MISSING') return null
    throw error
  })

const ask = async (call: ToolCall, means: Means): Promise<RenderedCheck> => {
  const check = checkName(call)
  const answer = await answerOf(call, means)
  if (answer === null) return { check, verdict: 'not-checked', words: [`${call.program} is not on PATH`] }
  if (answer.exitCode === 0) return { check, verdict: 'passed', words: [] }
  const said = `${answer.stdout}\n${answer.stderr}`.split('\n').filter((line) => line.trim() !== '')
  return { check, verdict: 'failed', words: said.slice(0, wordsLimit) }
}

/** Debian's promtool knows no Kubernetes; the rest of the file it can judge. */
const checkConfig = async ({ folder }: RenderedFolder, means: Means): Promise<RenderedCheck> => {
  const file = join(folder, 'prometheus/prometheus.yml')
  const text = await readFile(file, 'utf8')
  if (!text.includes('kubernetes_sd_configs')) return ask(checkConfigCall(folder), means)
  await writeFile(join(folder, 'probe.yml'), discoveryProbe)
  const probe = await ask(checkConfigCall(folder, 'probe.yml'), means)
  if (probe.verdict !== 'failed') return ask(checkConfigCall(folder), means)
  await writeFile(join(folder, 'without-discovery.yml'), withoutDiscovery(text))
  const checked = await ask(checkConfigCall(folder, 'without-discovery.yml'), means)
  if (checked.verdict !== 'passed') return checked
  return { ...checked, words: ['without kubernetes_sd_configs, which this promtool was built without'] }
}

/** Asks promtool and amtool, as far as they are here, about files that were rendered to a folder of their own. */
export const checkRendered = async (rendered: RenderedFolder, means: Means): Promise<readonly RenderedCheck[]> => {
  const { folder, rules, tests } = rendered
  return [
    await checkConfig(rendered, means),
    await ask(checkRulesCall(folder, rules), means),
    await ask(testRulesCall(folder, tests), means),
    await ask(checkAlertmanagerCall(folder), means),
  ]
}
