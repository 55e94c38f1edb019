import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { type Check, checks, chooseChecks } from './checks.ts'
import { countsOfFixedCheck, countsOfTests, refuseSkips, type TestCounts } from './test-counts.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

let interruptedBy: NodeJS.Signals | null = null

/** Runs the check with this process's own output; an interrupt is passed on and ends the run after it. */
const runCheck = async ({ words: [program, ...args] }: Check): Promise<number> => {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
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
  }
}

const countsOf = async (check: Check): Promise<TestCounts> => {
  if (check.report === null) return countsOfFixedCheck(await runCheck(check))
  rmSync(check.report, { force: true })
  const exitCode = await runCheck(check)
  return countsOfTests(existsSync(check.report) ? readFileSync(check.report, 'utf8') : null, exitCode)
}

type Counted = { readonly name: string; readonly counts: TestCounts }

const runAll = async (chosen: readonly Check[]): Promise<number> => {
  mkdirSync('reports', { recursive: true })
  const counted: Counted[] = []
  for (const check of chosen) {
    say(`\n== ${check.name}: ${check.words.slice(0, 4).join(' ')}`)
    counted.push({ name: check.name, counts: await countsOf(check) })
    if (interruptedBy !== null) return 130
  }
  // Where everything is brought along, a test that does not run is a test that is not there.
  const mayBeSkipped = process.env.SHOPCTL_TESTS_MAY_SKIP
  const judge = (counts: TestCounts) => (mayBeSkipped ? refuseSkips(counts, new RegExp(mayBeSkipped)) : counts)
  say('')
  for (const { name, counts } of counted) {
    say(`${name}: ${counts.passed} passed, ${judge(counts).failed} failed, ${counts.skipped.length} skipped`)
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
