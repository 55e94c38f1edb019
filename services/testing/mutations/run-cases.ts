import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runProgram } from '../../kit/testing/run-program.ts'
import type { Fault } from './fault.ts'

const caseSchema = z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()).default([]) })
const reportSchema = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(caseSchema) })),
})

export type CasesRun = {
  readonly red: readonly string[]
  readonly green: number /** Of the red ones, and where no case ran at all. */
  readonly reasons: string
}

export type Place = { readonly folder: string; readonly postgresUrl: string }

/** Runs the cases of these ids; what is red is told by its title. */
export async function runCases(
  { project, files, ids }: Pick<Fault, 'project' | 'files' | 'ids'>,
  { folder, postgresUrl }: Place,
): Promise<CasesRun> {
  const report = join(folder, 'report.json')
  await rm(report, { force: true })
  const pattern = `(^| )(${ids.map((id) => id.replaceAll('.', '\\.')).join('|')})[ :]`
  const words = ['--project', project, '--testNamePattern', pattern, '--reporter=json', `--outputFile=${report}`]
  const paths = files.map((file) => `services/${file}`)
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const { output } = await runProgram([process.execPath, vitest, 'run', ...words, ...paths], {
    folder,
    environment: { ...process.env, DATABASE_URL: postgresUrl },
  })
  const text = await readFile(report, 'utf8').catch(() => '{"testResults":[]}')
  const cases = reportSchema.parse(JSON.parse(text)).testResults.flatMap((file) => file.assertionResults)
  const failed = cases.filter(({ status }) => status === 'failed')
  const green = cases.filter(({ status }) => status === 'passed').length
  const messages = failed.map(({ failureMessages }) => failureMessages.join('\n').slice(0, 1_000))
  const reasons = green + failed.length === 0 ? output.slice(-2_000) : messages.join('\n')
  return { red: failed.map(({ title }) => title), green, reasons }
}
