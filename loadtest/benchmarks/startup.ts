import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { onPath } from './on-path.ts'
import { type TimedCommand, type Timing, timeInTurns } from './timed-runs.ts'

const root = join(import.meta.dirname, '..', '..')
const launcher = join(root, 'bin', 'shopctl')
const allowedRatio = 3

const own: readonly TimedCommand[] = [
  { label: 'node -e 0', words: [process.execPath, '-e', '0'] },
  { label: 'shopctl --version', words: [launcher, '--version'] },
  { label: 'shopctl --help', words: [launcher, '--help'] },
  { label: 'shopctl help exit-codes', words: [launcher, 'help', 'exit-codes'] },
  // Also where the shop is down or was never up.
  { label: 'shopctl status --env local', words: [launcher, 'status', '--env', 'local'], answers: [0, 3, 5] },
]

/** Where `npm install heroku` was done, beside this repository: its oclif programs run on the same Node. */
const peersIn = (directory: string): readonly TimedCommand[] => {
  const programs = join(directory, 'node_modules', '.bin')
  const known = ['heroku', 'sf', 'netlify', 'shopify', 'eas']
  return readdirSync(programs)
    .filter((name) => known.includes(name))
    .flatMap((name) =>
      ['--version', '--help'].map((flag) => ({
        label: `${name} ${flag}`,
        words: [process.execPath, join(programs, name), flag] as const,
      })),
    )
}

const peers = (directory: string | undefined): readonly TimedCommand[] => {
  const kubectl = onPath('kubectl')
  return [
    ...(directory === undefined ? [] : peersIn(directory)),
    ...(kubectl === null
      ? []
      : [{ label: 'kubectl version --client', words: [kubectl, 'version', '--client'] as const }]),
  ]
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN

type Row = { readonly label: string; readonly cells: readonly string[] }

const rowOf = ({ label, milliseconds, skipped }: Timing, floor: Timing): Row => {
  if (skipped !== null) return { label, cells: [`skipped: ${skipped}`] }
  const [least = Number.NaN] = milliseconds
  const [floorLeast = Number.NaN] = floor.milliseconds
  const ratios = [least / floorLeast, median(milliseconds) / median(floor.milliseconds)]
  return {
    label,
    cells: [least, median(milliseconds)].map((one) => one.toFixed(1)).concat(ratios.map((one) => one.toFixed(2))),
  }
}

const renderTable = (timings: readonly Timing[]): string => {
  const [floor] = timings
  if (floor === undefined) return ''
  const rows = timings.map((timing) => rowOf(timing, floor))
  const width = Math.max(...rows.map(({ label }) => label.length))
  const line = ({ label, cells }: Row) => `${label.padEnd(width)}  ${cells.map((cell) => cell.padStart(9)).join('')}`
  return [{ label: '', cells: ['min ms', 'median', '× min', '× median'] }, ...rows].map(line).join('\n')
}

/** How long shopctl takes to start, beside a bare Node and other programs of its kind. Exits 5 where it is too slow. */
export const benchStartup = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...words],
    options: { rounds: { type: 'string', default: '20' }, 'peer-dir': { type: 'string' }, write: { type: 'boolean' } },
  })
  const timings = timeInTurns([...own, ...peers(values['peer-dir'])], Number(values.rounds))
  const table = renderTable(timings)
  process.stdout.write(`${table}\n`)
  if (values.write) {
    mkdirSync(join(root, 'reports'), { recursive: true })
    writeFileSync(join(root, 'reports', 'startup.txt'), `${table}\n`)
  }
  const [floor, ...rest] = timings
  const limit = (floor?.milliseconds[0] ?? Number.NaN) * allowedRatio
  const slow = rest.filter(({ label, milliseconds }) => label.startsWith('shopctl') && (milliseconds[0] ?? 0) > limit)
  if (slow.length > 0) process.exitCode = 5
}
