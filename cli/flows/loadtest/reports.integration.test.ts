import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import { simulatedRun } from '../../../loadtest/report/testing/simulated-run.ts'
import { smallRun } from '../../../loadtest/report/testing/small-run.ts'
import { loadComparisonView } from '../../output/views/load-comparison-view.ts'
import { loadReportView } from '../../output/views/load-report-view.ts'
import { compareFiles, loadComparisonSchema, outcomeOf } from './compare.ts'
import { filesOf, keepRun } from './keep-run.ts'
import { loadReportSchema, reportRun } from './report.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shopctl load reports '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const keep = (name: string, run: KeptRun | string): string => {
  const file = join(folder, name)
  writeFileSync(file, typeof run === 'string' ? run : JSON.stringify(run))
  return file
}

const report = (file: string, output: string | null = null) => reportRun({ file, output, format: 'html' })

test('a page stands beside its run, in place of an older one, and nothing half written', async () => {
  const file = keep('run.json', smallRun())
  keep('run.html', 'older')
  const result = await report(file)
  expect(loadReportSchema.parse(result)).toMatchObject({
    output: join(folder, 'run.html'),
    verdict: { state: 'unknown' },
  })
  const page = readFileSync(join(folder, 'run.html'), 'utf8')
  expect(page.startsWith('<!doctype html>')).toBe(true)
  expect(Buffer.byteLength(page)).toBe(result.bytes)
  expect(readdirSync(folder).toSorted()).toEqual(['run.html', 'run.json'])
  expect(loadReportView(result, { width: null })).toMatch(
    /^Load test "tiny" on staging\n[\s\S]*\nUnknown: of \d of 4 objectives/,
  )
})

test('Markdown goes where it is wanted, into folders that are made', async () => {
  const output = join(folder, 'deep', 'down', 'summary.md')
  await reportRun({ file: keep('run.json', smallRun()), output, format: 'markdown' })
  expect(readFileSync(output, 'utf8')).toMatch(/^## Load test "tiny" on staging, release 42\n/)
})

test('the report of a run that was stopped says so first', async () => {
  const result = await report(keep('run.json', smallRun({ partial: true })))
  expect(result.verdict.state).toBe('partial')
  const page = readFileSync(result.output, 'utf8')
  expect(page).toContain('<title>partial: ')
  expect(page).toContain('Partial: the run was stopped before its time.')
})

describe('what is no run is refused, and nothing is written', () => {
  const code = async (attempt: Promise<unknown>) => expect(attempt).rejects

  test('a file that is missing', async () => {
    await (await code(report(join(folder, 'none.json')))).toMatchObject({ code: 'RUN_NOT_FOUND', outcome: 'refused' })
  })

  test.each([
    ['garbage', '<html>', 'it is not JSON'],
    [
      'of another version',
      JSON.stringify({ ...smallRun(), version: 2 }),
      'it is of version 2, and only version 1 is known',
    ],
    ['something else', '{"version":1}', /^environment is wrong/],
  ])('a file that is %s', async (_, text, why) => {
    const attempt = report(keep('run.json', text))
    await (await code(attempt)).toMatchObject({ code: 'RUN_UNREADABLE', why: [expect.stringMatching(why)] })
    expect(readdirSync(folder)).toEqual(['run.json'])
  })

  test('a folder', async () => {
    await (await code(report(folder))).toMatchObject({ code: 'RUN_UNREADABLE', outcome: 'refused' })
  })
})

test('a folder in the place of the report is left as it is', async () => {
  const file = keep('run.json', smallRun())
  const why = ['a directory is where the file should be']
  await expect(report(file, folder)).rejects.toMatchObject({ code: 'REPORT_NOT_WRITTEN', outcome: 'refused', why })
  expect(readdirSync(folder)).toEqual(['run.json'])
})

test('a run’s page is the same file whether the run or the report has written it', async () => {
  const run = smallRun()
  const files = filesOf(join(folder, 'run.json'))
  await keepRun(files, run)
  const page = { mode: statSync(files.report).mode, text: readFileSync(files.report, 'utf8') }
  await report(files.result, join(folder, 'again.html'))
  const again = join(folder, 'again.html')
  expect({ mode: statSync(again).mode, text: readFileSync(again, 'utf8') }).toEqual(page)
})

test('a report never replaces the run that it is of', async () => {
  const file = keep('run.json', smallRun())
  const before = readFileSync(file, 'utf8')
  await expect(report(file, join(folder, '.', 'run.json'))).rejects.toMatchObject({ code: 'REPORT_NOT_WRITTEN' })
  expect(readFileSync(file, 'utf8')).toBe(before)
})

describe('two runs', () => {
  const compare = async (before: KeptRun, after: KeptRun, tolerance = 0.05) => {
    const result = await compareFiles({ before: keep('a.json', before), after: keep('b.json', after), tolerance })
    const text = loadComparisonView(loadComparisonSchema.parse(result), { width: null })
    return { outcome: outcomeOf(result), text, lastLine: text.split('\n').at(-1) }
  }
  const usual = simulatedRun({ seed: 1 })

  test('of the same shop are no reason to stop', async () => {
    const { outcome, lastLine } = await compare(usual, simulatedRun({ seed: 2 }))
    expect({ outcome, lastLine }).toEqual({ outcome: 'done', lastLine: 'No difference that can be told.' })
  })

  test('of which one is slower are, and the figures stand with their intervals', async () => {
    const { outcome, lastLine, text } = await compare(usual, simulatedRun({ seed: 2, median: 30 }))
    expect(outcome).toBe('check-failed')
    expect(lastLine).toMatch(/^Worse: \d+ of 15 figures, beyond noise and by more than 5 %\.$/)
    expect(text).toMatch(/all requests +p50 +[\d.]+ ms +[\d.]+ ms +\+\d\d\.\d % \(\+\d+\.\d to \+\d+\.\d\) +SLOWER/)
  })

  test('of which one is invalid leave it unknown', async () => {
    const verdict = { valid: false, reasons: ['the generator itself was late'] }
    const { outcome, text } = await compare(usual, { ...usual, result: { ...usual.result, verdict } })
    expect(outcome).toBe('unknown')
    expect(text).toContain('Note: B is invalid: the generator itself was late.')
  })

  test('of different loads are refused with what differs', async () => {
    await expect(compare(usual, simulatedRun({ seed: 1, seconds: 30 }))).rejects.toMatchObject({
      code: 'RUNS_NOT_COMPARABLE',
      outcome: 'refused',
      why: ['durationSeconds is 60 in A and 30 in B'],
    })
  })
})
