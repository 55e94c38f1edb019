import { join } from 'node:path'
import { expect, test } from 'vitest'
import { driftReport } from '../../infrastructure/drift/drift-report.ts'
import { codeOfSmallShop, readPlan } from '../../infrastructure/testing/plans/read-plan.ts'
import { type DriftToShow, driftView } from './drift-view.ts'

const golden = (name: string): string => join(import.meta.dirname, 'golden', name)
const reportOf = (name: string) => driftReport(readPlan(name), codeOfSmallShop)
const shown = (drift: DriftToShow): string => driftView(drift, { subject: 'prod', width: 80 })

test.each(['drift-none', 'drift-by-hand', 'drift-after-up'])('"%s" as people see it', async (name) => {
  await expect(shown(reportOf(name))).toMatchFileSnapshot(golden(`${name}.txt`))
})

test('only a command is wider than the terminal: it can be pasted as it stands', () => {
  const wide = shown(reportOf('drift-by-hand'))
    .split('\n')
    .filter((line) => line.length > 80)
  expect(wide.length).toBeGreaterThan(0)
  for (const line of wide) expect(line).toMatch(/^aws /)
})

test('who changed it is told where AWS knows', () => {
  const { differences, untracked } = reportOf('drift-by-hand')
  const by = { who: 'eve', when: '2026-11-22T12:05:00Z', call: 'AuthorizeSecurityGroupIngress' }
  const text = shown({ untracked, differences: differences.map((one) => ({ ...one, by })) })
  expect(text).toContain('by eve at 2026-11-22T12:05:00Z (AuthorizeSecurityGroupIngress)')
})

test('what is ours but in no state is listed, and that nobody could look is said', () => {
  const arn = 'arn:aws:kms:us-east-1:000000000000:key/1'
  expect(shown({ differences: [], untracked: [{ arn }] })).toBe(
    `prod: 0 differences from the code, 1 of ours in no state\n\nOURS BY THEIR TAGS, BUT IN NO STATE\n  ${arn}`,
  )
  expect(shown({ differences: [], untracked: null })).toContain('is not known')
})
