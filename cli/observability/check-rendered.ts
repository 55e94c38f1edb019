import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { type RunTool, renderToolCall, type ToolCall, type ToolResult } from '../tools/tool-call.ts'
import { checkAlertmanagerCall, checkConfigCall, checkRulesCall, testRulesCall } from './check-calls.ts'
import { discoveryProbe, withoutDiscovery } from './without-discovery.ts'

export type Verdict = 'passed' | 'failed' | 'not-checked'

export type RenderedCheck = {
  /** `promtool check rules`. */
  readonly check: string
  readonly verdict: Verdict
  /** What the program said where it says no; else what was left out, and why. */
  readonly words: readonly string[]
  /** What to type where it could not be asked. */
  readonly fix: string | null
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

/** As a shell says it: 126 cannot be run, 127 is not found (an interpreter, say), above 128 a signal ended it. */
const didNotRun = (exitCode: number): boolean => exitCode >= 126

/** TOOL_MISSING, which says what to type, where the program is not on this machine. */
const answerOf = async (call: ToolCall, { run, signal }: Means) =>
  run(call, signal).catch((error: unknown) => {
    if (error instanceof ShopctlError && error.code === 'TOOL_MISSING') return error
    throw error
  })

const saidBy = ({ stdout, stderr }: ToolResult): readonly string[] =>
  `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, wordsLimit)

const ask = async (call: ToolCall, means: Means): Promise<RenderedCheck> => {
  const check = checkName(call)
  const { program, timeoutSeconds } = call
  const answer = await answerOf(call, means)
  if (answer instanceof ShopctlError) {
    return { check, verdict: 'not-checked', words: [`${program} is not on PATH`], fix: answer.fix[0] ?? null }
  }
  const { exitCode } = answer
  if (exitCode === 0) return { check, verdict: 'passed', words: [], fix: null }
  if (!didNotRun(exitCode)) return { check, verdict: 'failed', words: saidBy(answer), fix: null }
  const words = [`${program} did not run: it ended with ${exitCode}`, ...saidBy(answer).slice(-1)].join(': ')
  const fix = renderToolCall({ program, args: ['--version'], timeoutSeconds })
  return { check, verdict: 'not-checked', words: [words], fix }
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
