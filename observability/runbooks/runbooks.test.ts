import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveCommandLine } from '../../cli/usage/resolve-command-line.ts'
import { sourceCommands } from '../../cli/usage/testing/source-commands.ts'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { alertsOf } from '../rules/rule-files.ts'
import { runbookFile, runbookUrl } from './runbook-link.ts'

const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'ecommerce-prod' } },
]
const alerts = new Map(targets.flatMap((target) => alertsOf(target).map((rule) => [rule.alert, rule])))
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.md') && file !== 'README.md')
const textOf = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8')
const commandsOf = (file: string) => textOf(file).match(/^shopctl .+$/gm) ?? []

test('every alert has its runbook, and every runbook its alert', () => {
  expect(files.toSorted()).toEqual([...alerts.keys()].map(runbookFile).toSorted())
})

test('a name becomes the file that its link leads to', () => {
  expect(runbookFile('HighCPUUsage')).toBe('high-cpu-usage.md')
  expect(runbookUrl('PodDown')).toMatch(/^https:\/\/.+\/observability\/runbooks\/pod-down\.md$/)
})

test.each([...alerts])('%s: the runbook begins with its name and level, and says what to do', (name, { severity }) => {
  const text = textOf(runbookFile(name))
  expect(text).toMatch(new RegExp(`^# ${name}\\n\\n\\*\\*${severity}\\*\\* · `))
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(['What it means for users', 'Look first', 'Type', 'Then'])
  expect(commandsOf(runbookFile(name)).length).toBeGreaterThanOrEqual(2)
  for (const [, linked = ''] of text.matchAll(/\]\(([^)]+)\)/g)) expect(files).toContain(linked)
})

test.each(files.flatMap((file) => commandsOf(file).map((line) => [file, line])))('%s: %s', async (_, line) => {
  expect(await resolveCommandLine(line, sourceCommands)).toEqual({ kind: 'command', id: expect.any(String) })
})
