import { startPostgresServer } from '../../kit/testing/postgres-server.ts'
import type { Fault } from './fault.ts'
import { faults } from './faults.ts'
import { type Place, runCases } from './run-cases.ts'
import { makeScratchCopy } from './scratch-copy.ts'

/**
 * Breaks one rule after the other in a copy of the services and runs the cases that must notice: `npm run mutations
 * [words of a fault's name]`. Green only if those cases are green without a fault and each fault turns one of them red.
 */
const wanted = process.argv.slice(2)
const chosen = faults.filter(({ name }) => wanted.every((word) => name.includes(word)))
const say = (line: string) => process.stdout.write(`${line}\n`)

const copy = await makeScratchCopy()
const postgres = await startPostgresServer()
const place: Place = { folder: copy.folder, postgresUrl: postgres.url }
const unnoticed: string[] = []
try {
  const sound = await casesWithoutFault()
  say(`without a fault: ${sound.red.length === 0 ? 'all green' : `RED ${sound.red.join('; ')}`}\n`)
  say('| fault | red |\n|---|---|')
  for (const fault of chosen) {
    const { red, green, reasons } = await copy.whileBroken(fault.edits, () => runCases(fault, place))
    // What is red anyway has noticed nothing.
    const noticed = red.filter((title) => !sound.red.includes(title))
    say(`| ${fault.name} | ${noticed.length > 0 ? noticed.join('<br>') : '**none**'} |`)
    if (noticed.length > 0) continue
    unnoticed.push(fault.name)
    if (green === 0) process.stderr.write(`no case was green: ${reasons}\n`)
  }
  say(`\n${chosen.length - unnoticed.length} of ${chosen.length} faults noticed`)
  process.exitCode = unnoticed.length === 0 && sound.red.length === 0 && chosen.length > 0 ? 0 : 1
} finally {
  await postgres.stop()
  await copy.remove()
}

/** All cases at once, project by project. */
async function casesWithoutFault(): Promise<{ readonly red: readonly string[] }> {
  const red: string[] = []
  for (const [project, same] of Map.groupBy(chosen, (fault: Fault) => fault.project)) {
    const files = [...new Set(same.flatMap((fault) => fault.files))]
    const ids = [...new Set(same.flatMap((fault) => fault.ids))]
    const cases = await runCases({ project, files, ids }, place)
    red.push(...cases.red)
    if (cases.red.length > 0 || cases.green === 0) process.stderr.write(`${project}: ${cases.reasons}\n`)
  }
  return { red }
}
