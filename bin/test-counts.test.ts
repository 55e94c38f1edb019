import { expect, test } from 'vitest'
import { countsOfFixedCheck, countsOfTests, type Reports, refuseSkips } from './test-counts.ts'

const report = (...files: readonly { status: string; tests: readonly string[] }[]): Reports => ({
  tests: JSON.stringify({
    testResults: files.map(({ status, tests }, file) => ({
      name: `file ${file}`,
      status,
      message: tests.length === 0 ? 'Cannot find module\n  at once' : '',
      assertionResults: tests.map((one, index) => ({
        fullName: `test ${index} ${one}`,
        status: one,
        failureMessages: one === 'failed' ? ['expected 1 to be 2\n  at here'] : [],
      })),
    })),
  }),
  hooks: null,
})

const noReport: Reports = { tests: null, hooks: null }

test('passed, failed and skipped tests are counted over all files', () => {
  const text = report(
    { status: 'passed', tests: ['passed', 'skipped'] },
    { status: 'failed', tests: ['failed', 'passed'] },
  )
  expect(countsOfTests(text, 1)).toEqual({
    passed: 2,
    failed: 1,
    failures: ['test 0 failed: expected 1 to be 2'],
    skipped: ['test 1 skipped'],
  })
})

test('a file that could not be loaded counts as failed', () => {
  expect(countsOfTests(report({ status: 'failed', tests: [] }), 1)).toMatchObject({
    failed: 1,
    failures: ['file 0: Cannot find module'],
  })
})

test('a group whose hook threw says what it threw', () => {
  const broken = {
    ...report({ status: 'failed', tests: ['skipped'] }),
    hooks: '["a group: the shop is gone\\n  at once"]',
  }
  expect(countsOfTests(broken, 1)).toMatchObject({ failed: 1, failures: ['a group: the shop is gone'] })
})

test('an exit code that no test explains counts as one failure', () => {
  expect(countsOfTests(report({ status: 'passed', tests: ['passed'] }), 1)).toMatchObject({ passed: 1, failed: 1 })
  expect(countsOfTests(noReport, 1).failed).toBe(1)
})

test('a project without tests counts nothing', () => {
  expect(countsOfTests(noReport, 0)).toEqual({ passed: 0, failed: 0, failures: [], skipped: [] })
})

test('types, lint and arrows count as one each', () => {
  expect(countsOfFixedCheck(0)).toMatchObject({ passed: 1, failed: 0 })
  expect(countsOfFixedCheck(2)).toMatchObject({ passed: 0, failed: 1 })
})

test('a skipped test counts as failed unless its title says a reason that is allowed', () => {
  const counts = {
    passed: 2,
    failed: 1,
    failures: ['breaks'],
    skipped: ['deploys (skipped: no cluster)', 'a full disk (not as root)'],
  }
  expect(refuseSkips(counts, /root/)).toMatchObject({ passed: 2, failed: 2, skipped: ['a full disk (not as root)'] })
})
