import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noPrometheus } from '../../../observability/testing/real-prometheus.ts'
import { environments } from '../../../stacks/environments.ts'
import { checkRendered } from '../../observability/check-rendered.ts'
import { writeRendered } from '../../observability/write-rendered.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import { toolNotStarted } from '../../tools/tool-missing.ts'
import { checkObservability, checkOutcome } from './check.ts'

const { signal } = new AbortController()
const here = { run: runTool, signal, say: () => undefined }
/** As on a machine where the programs are in no folder that is looked in. */
const elsewhere: RunTool = async ({ program }) => {
  const error = Object.assign(new Error(`spawn ${program} ENOENT`), { code: 'ENOENT' })
  throw toolNotStarted(error, { program, platform: 'linux' })
}
/** As where each program is a shell's line with this end. */
const ending =
  (line: string): RunTool =>
  (call, calledBy) =>
    runTool({ ...call, program: 'sh', args: ['-c', line] }, calledBy)

const note = noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopctl-check-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const calls = ['promtool check config', 'promtool check rules', 'promtool test rules', 'amtool check-config']

test.skipIf(noPrometheus !== null).each([environments.local, environments.prod])(
  `$name: promtool and amtool take what is rendered, and alerts fire and keep silent as their cases say${note}`,
  async (environment) => {
    const { verdict, environments: checked } = await checkObservability({ ...here, environments: [environment] })
    const rows = checked.flatMap(({ checks }) => checks)
    expect(rows.filter((row) => row.verdict !== 'passed')).toEqual([])
    expect(rows.map(({ check }) => check)).toEqual(calls)
    expect(verdict).toBe('passed')
  },
)

test.skipIf(noPrometheus !== null)(
  `a rule that Prometheus would not load fails, in the words of promtool${note}`,
  async () => {
    await writeRendered(folder, [
      { path: 'prometheus/prometheus.yml', text: 'global: { scrape_interval: often }' },
      { path: 'prometheus/rules/bad.yml', text: 'groups: [{ name: bad, rules: [{ record: x, expr: "sum(" }] }]' },
      { path: 'alertmanager/alertmanager.yml', text: 'route: { receiver: nobody }' },
    ])
    await writeFile(join(folder, 'tests.yml'), 'tests: [{ alert_rule_test: no }]')
    const checks = await checkRendered({ folder, rules: ['prometheus/rules/bad.yml'], tests: ['tests.yml'] }, here)
    expect(checks.map(({ verdict }) => verdict)).toEqual(['failed', 'failed', 'failed', 'failed'])
    expect(checks[1]?.words.join('\n')).toContain('unclosed left parenthesis')
  },
)

test('where a program is not here it is said, and nothing that is not known counts as passed', async () => {
  const result = await checkObservability({ ...here, run: elsewhere, environments: [environments.local] })
  expect(result.verdict).toBe('not-checked')
  expect(checkOutcome(result)).toBe('unknown')
  expect(result.environments[0]?.checks.map(({ fix }) => fix)).toEqual([
    'sudo apt-get install -y prometheus',
    'sudo apt-get install -y prometheus',
    'sudo apt-get install -y prometheus',
    'sudo apt-get install -y prometheus-alertmanager',
  ])
  expect(result.environments[0]?.checks.map(({ words }) => words)).toEqual([
    ['promtool is not on PATH'],
    ['promtool is not on PATH'],
    ['promtool is not on PATH'],
    ['amtool is not on PATH'],
  ])
})

test.each([
  ['kill -SEGV $$', 'promtool did not run: it ended with 139'],
  [
    'echo "env: nothing of that name" >&2; exit 127',
    'promtool did not run: it ended with 127: env: nothing of that name',
  ],
  ['exit 126', 'promtool did not run: it ended with 126'],
])('a program that cannot run (%s) says nothing about what is rendered', async (line, words) => {
  const result = await checkObservability({ ...here, run: ending(line), environments: [environments.local] })
  expect(result.verdict).toBe('not-checked')
  expect(result.environments[0]?.checks[0]).toMatchObject({
    verdict: 'not-checked',
    words: [words],
    fix: 'promtool --version',
  })
})

test('one that says no ends the check with no, whatever else could not be asked', () => {
  expect(checkOutcome({ verdict: 'failed', environments: [] })).toBe('check-failed')
  expect(checkOutcome({ verdict: 'passed', environments: [] })).toBe('done')
})
