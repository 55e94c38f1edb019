import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { besideEachOther, type Check, checks, chooseChecks } from './checks.ts'
import { hooksReportOf } from './hooks-reporter.ts'
import { countsOfFixedCheck, countsOfTests, refuseSkips, type TestCounts } from './test-counts.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

let interruptedBy: NodeJS.Signals | null = null

/**
 * Runs the check with this process's own output, or keeps what it prints until it has ended where another has that; an
 * interrupt is passed on and ends the run after it.
 */
const runCheck = async ({ words: [program, ...args] }: Check, output: 'shown' | 'kept'): Promise<number> => {
  const stdout = output === 'shown' ? 'inherit' : 'pipe'
  const child = spawn(program, args, { stdio: ['ignore', stdout, stdout] })
  const kept: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => kept.push(bytes))
  const forward = (signal: NodeJS.Signals) => {
    interruptedBy = signal
    child.kill(signal)
  }
  process.on('SIGINT', forward).on('SIGTERM', forward)
  try {
    return await new Promise<number>((resolve) => {
      child.once('error', (error) => {
        say(`${program} could not be started: ${error.message}`)
        resolve(1)
      })
      child.once('close', (exitCode, signal) =>
        resolve(exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      )
    })
  } finally {
    process.removeListener('SIGINT', forward).removeListener('SIGTERM', forward)
    process.stdout.write(Buffer.concat(kept))
  }
}

const countsOf = async (check: Check, output: 'shown' | 'kept'): Promise<TestCounts> => {
  if (check.report === null) return countsOfFixedCheck(await runCheck(check, output))
  const reports = { tests: check.report, hooks: hooksReportOf(check.report) }
  for (const file of Object.values(reports)) rmSync(file, { force: true })
  const exitCode = await runCheck(check, output)
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : null)
  return countsOfTests({ tests: read(reports.tests), hooks: read(reports.hooks) }, exitCode)
}

type Counted = { readonly name: string; readonly counts: TestCounts; readonly seconds: number }

const runAll = async (chosen: readonly Check[]): Promise<number> => {
  mkdirSync('reports', { recursive: true })
  const counted: Counted[] = []
  for (const group of besideEachOther(chosen)) {
    for (const { name, words } of group) say(`\n== ${name}: ${words.slice(0, 4).join(' ')}`)
    const beganAt = performance.now()
    const together = group.map(async (check, place) => {
      const counts = await countsOf(check, place === 0 ? 'shown' : 'kept')
      return { name: check.name, counts, seconds: Math.round((performance.now() - beganAt) / 1_000) }
    })
    counted.push(...(await Promise.all(together)))
    if (interruptedBy !== null) return 130
  }
  // Where everything is brought along, a test that does not run is a test that is not there.
  const mayBeSkipped = process.env.SHOPCTL_TESTS_MAY_SKIP
  const judge = (counts: TestCounts) => (mayBeSkipped ? refuseSkips(counts, new RegExp(mayBeSkipped)) : counts)
  say('')
  for (const { name, counts, seconds } of counted) {
    const { passed, skipped } = counts
    say(`${name}: ${passed} passed, ${judge(counts).failed} failed, ${skipped.length} skipped, in ${seconds} s`)
    for (const failure of counts.failures) say(`  failed: ${failure}`)
    for (const title of counts.skipped) say(`  skipped: ${title}`)
  }
  const sum = (count: (counts: TestCounts) => number) =>
    counted.reduce((total, { counts }) => total + count(judge(counts)), 0)
  const failed = sum((counts) => counts.failed)
  say(`${sum(({ passed }) => passed)} passed, ${failed} failed, ${sum(({ skipped }) => skipped.length)} skipped`)
  return failed === 0 ? 0 : 1
}

const chosen = chooseChecks(process.argv.slice(2))
if ('unknown' in chosen) {
  say(`bin/test has no part "${chosen.unknown}"; its parts are ${checks.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 64
} else {
  process.exitCode = await runAll(chosen.checks)
}
