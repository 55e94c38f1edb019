import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Results, type ResultsFile, type Row, resultsFileSchema } from './row.ts'

export const resultsFile = join(import.meta.dirname, '..', 'results.json')

export const readResults = (): ResultsFile => resultsFileSchema.parse(JSON.parse(readFileSync(resultsFile, 'utf8')))

export type Run = { readonly machine: Results['machine']; readonly hello: number; readonly rows: readonly Row[] }

/** In place of that benchmark's last run; those of the others stay. */
export const writeResults = (name: keyof ResultsFile, { machine, hello, rows }: Run): void => {
  const results: Results = {
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
    machine,
    baseline: { hello_microseconds: Math.round(hello * 10) / 10 },
    rows: [...rows],
  }
  writeFileSync(resultsFile, `${JSON.stringify({ ...readResults(), [name]: results }, null, 2)}\n`)
}

export const machineNow = (): Results['machine'] => ({
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
})

export const renderRow = ({ id, what, value, unit, target, met, reason }: Row): string => {
  const verdict = target === null ? '' : met ? 'met' : `MISSED: ${reason}`
  return `${id.padEnd(12)} ${what.padEnd(64)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(8)} ${(target ?? '').padStart(9)}  ${verdict}`
}
