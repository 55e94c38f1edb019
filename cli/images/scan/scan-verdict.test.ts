import { describe, expect, test } from 'vitest'
import { scanPolicyOf } from './scan-policy.ts'
import { type Judging, scanVerdict } from './scan-verdict.ts'
import { findingsOf, waiver } from './testing/judged.ts'

const judging = (changes: Partial<Judging> = {}): Judging => ({
  policy: scanPolicyOf('staging'),
  waivers: [],
  now: new Date('2026-08-01T12:00:00Z'),
  ...changes,
})
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)
const { findings } = findingsOf('image')

test.each([
  ['prod', ['CVE-2026-10001', 'CVE-2026-10002']],
  ['staging', ['CVE-2026-10001', 'CVE-2026-10002']],
  ['an environment of tomorrow', ['CVE-2026-10001', 'CVE-2026-10002']],
  ['dev', ['CVE-2026-10001']],
])('the policy of %s', (environment, blocking) => {
  const verdict = scanVerdict(findings, judging({ policy: scanPolicyOf(environment) }))
  expect(verdict.verdict).toBe('blocked')
  expect(ids(verdict.blocking)).toEqual(blocking)
})

test('a CRITICAL without a fix does not block dev and blocks staging', () => {
  const unfixed = findings.filter(({ id }) => id === 'CVE-2026-10001').map((one) => ({ ...one, fixedVersion: null }))
  expect(scanVerdict(unfixed, judging({ policy: scanPolicyOf('dev') })).verdict).toBe('passed')
  expect(scanVerdict(unfixed, judging()).verdict).toBe('blocked')
})

test('nothing found passes', () => {
  expect(scanVerdict([], judging())).toMatchObject({ verdict: 'passed', findings: [], missedTarget: null })
})

test.each(['dev', 'staging', 'prod'])('a secret of any severity blocks %s', (environment) => {
  const policy = scanPolicyOf(environment)
  expect(scanVerdict(findingsOf('secrets').findings, judging({ policy })).verdict).toBe('blocked')
})

test('suppressed findings do not block and count for the goal', () => {
  const suppressed = findings.filter((found) => found.suppressed !== null)
  const five = Array.from({ length: 5 }, (_, index) => suppressed.map((one) => ({ ...one, id: `CVE-${index}` }))).flat()
  const verdict = scanVerdict(five, judging())
  expect(verdict).toMatchObject({ verdict: 'passed', counts: { HIGH: 0 } })
  expect(verdict.missedTarget).toBe(
    '0 CRITICAL and 5 HIGH with the waived and suppressed ones; the goal is at most 0 CRITICAL and 4 HIGH.',
  )
  expect(scanVerdict(five.slice(1), judging()).missedTarget).toBeNull()
})

describe('a waiver', () => {
  test('covers its finding and no other', () => {
    const verdict = scanVerdict(findings, judging({ waivers: [waiver()] }))
    expect(ids(verdict.waived)).toEqual(['CVE-2026-10001'])
    expect(ids(verdict.blocking)).toEqual(['CVE-2026-10002'])
    expect(verdict.counts).toMatchObject({ CRITICAL: 0, HIGH: 1, LOW: 1 })
    expect(verdict.unusedWaivers).toEqual([])
  })

  test.each([
    ['2026-08-01T12:00:00.001Z', 'waived'],
    ['2026-08-01T12:00:00.000Z', 'expired'],
  ])('until %s is %s', (expiresAt, state) => {
    const verdict = scanVerdict(findings, judging({ waivers: [waiver({ expiresAt })] }))
    expect(ids(verdict.waived)).toEqual(state === 'waived' ? ['CVE-2026-10001'] : [])
    expect(ids(verdict.expiredWaivers)).toEqual(state === 'expired' ? ['CVE-2026-10001'] : [])
  })

  test('that covers nothing is unused', () => {
    const verdict = scanVerdict(findings, judging({ waivers: [waiver({ id: 'CVE-1999-0001' })] }))
    expect(ids(verdict.unusedWaivers)).toEqual(['CVE-1999-0001'])
  })

  test.each([
    [{ kind: 'secret' as const }, false],
    [{ purls: ['pkg:deb/debian/libsample'] }, true],
    [{ purls: ['pkg:deb/debian/libsample@2.41-1'] }, true],
    [{ purls: ['pkg:deb/debian/libsample@2.41'] }, false],
    [{ purls: ['pkg:deb/debian/lib'] }, false],
    [{ paths: ['image*'] }, true],
    [{ paths: ['usr/**'] }, false],
  ])('with %j covers: %s', (changes, covered) => {
    const verdict = scanVerdict(findings, judging({ waivers: [waiver(changes)] }))
    expect(ids(verdict.waived)).toEqual(covered ? ['CVE-2026-10001'] : [])
  })

  test.each([
    ['app/node_modules/*/package.json', true],
    ['**/package.json', true],
    ['app/*/package.json', false],
    ['app/node_modules/left.sample/package.json', false],
  ])('for the path %s covers: %s', (path, covered) => {
    const inFolder = findings.filter(({ id }) => id === 'CVE-2026-10004').map((one) => ({ ...one, suppressed: null }))
    const verdict = scanVerdict(inFolder, judging({ waivers: [waiver({ id: 'CVE-2026-10004', paths: [path] })] }))
    expect(verdict.waived.length === 1).toBe(covered)
  })
})
