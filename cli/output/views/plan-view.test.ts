import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planVerdict } from '../../infrastructure/plan/plan-verdict.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import { readPlan } from '../../infrastructure/testing/plans/read-plan.ts'
import { type PlanViewRequest, planView } from './plan-view.ts'

const golden = (name: string): string => join(import.meta.dirname, 'golden', name)
const verdictOf = (name: string): PlanVerdict => planVerdict(readPlan(name), { waivers: [], today: '2026-11-22' })
const shown = (verdict: PlanVerdict, request: Partial<PlanViewRequest> = {}): string =>
  planView(verdict, { subject: 'prod', drift: null, width: 80, ...request })
const linesOf = (text: string): readonly string[] => text.split('\n')

const recorded = [
  'replaced',
  'removed',
  'weakened',
  'interrupting',
  'moved',
  'unheard',
  'unchanged',
  'rules',
  'secrets',
] as const

test.each(recorded)('F29: the plan "%s" as people see it', async (name) => {
  await expect(shown(verdictOf(name))).toMatchFileSnapshot(golden(`plan-${name}.txt`))
})

test.each([80, 60, null])('F29: at a width of %s no line is wider, whatever stands in it', (width) => {
  const lines = recorded.flatMap((name) => linesOf(shown(verdictOf(name), { width })))
  expect(lines.filter((line) => [...line].length > (width ?? 80))).toEqual([])
})

test('F29: what stays as it is is not shown', () => {
  expect(shown(verdictOf('unchanged'))).toBe('prod: nothing would change.')
})

test('F29: data at risk stands above what is opened, that above what users notice, and new things last', () => {
  const titles = linesOf(shown(verdictOf('weakened'))).filter((line) => /^[A-Z ]{3,}$/.test(line))
  expect(titles).toEqual(['DATA AT RISK', 'OPENED TO OTHERS', 'RULES BROKEN', 'OTHER CHANGES'])
  expect(linesOf(shown(verdictOf('moved'))).filter((line) => /^[A-Z ]{3,}$/.test(line))).toEqual([
    'DATA AT RISK',
    'OTHER CHANGES',
    'NEW',
  ])
})

test('each resource that changes has one place', () => {
  const text = shown(verdictOf('weakened'))
  expect(text.match(/^ {2}change aws_db_instance\.main$/gm)).toHaveLength(1)
})

test('a waived finding is told with its reason and its end', () => {
  const waiver = { rule: 'public-database', resource: '*', reason: 'a drill on Monday', until: '2026-12-31' }
  const over = { rule: 'open-egress', resource: '*', reason: 'old', until: '2026-01-01' }
  const verdict = planVerdict(readPlan('weakened'), { waivers: [waiver, over], today: '2026-11-22' })
  const text = shown(verdict)
  expect(text).toContain('WAIVED\n  public-database aws_db_instance.main, until 2026-12-31: a drill on Monday')
  expect(text).toContain('WAIVERS THAT MUST GO\n  open-egress for * ended on 2026-01-01')
})

test('what others changed meanwhile is told at the end', () => {
  const one = {
    address: 'a',
    kind: 'changed',
    attribute: 'b',
    expected: 'c',
    found: 'd',
    remedy: 'e',
    by: null,
  } as const
  const drift = {
    differences: [
      { ...one, meaning: 'exposure' as const },
      { ...one, meaning: 'other' as const },
    ],
  }
  expect(
    linesOf(shown(verdictOf('unchanged'), { drift }))
      .slice(2)
      .join(' ')
      .replace(/ +/g, ' '),
  ).toBe('Others changed something meanwhile: 2 differences, 1 of them opened to others; see infra drift.')
})

test.each([1, 4, 12])('a terminal %s columns wide is shown all of it', (width) => {
  const shownAll = recorded.map((name) => shown(verdictOf(name), { width }).replace(/\s+/g, ''))
  expect(shownAll).toEqual(recorded.map((name) => shown(verdictOf(name), { width: 80 }).replace(/\s+/g, '')))
})

test('a value that others wrote cannot move the cursor', () => {
  const verdict = verdictOf('interrupting')
  const movesTheCursor = '\u001b[2J\u0007'
  const changes = verdict.changes.map((change) => ({
    ...change,
    attributes: change.attributes.map((attribute) => ({ ...attribute, to: `${movesTheCursor}x\ny` })),
  }))
  expect(shown({ ...verdict, changes })).not.toContain('\u001b')
})
