import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { judgementSchema, type KeptRun } from '../../../loadtest/report/kept-run.ts'
import { limitingFactors } from '../../../loadtest/report/limiting-factors.ts'
import { renderMarkdown } from '../../../loadtest/report/render-markdown.ts'
import { renderReport } from '../../../loadtest/report/render-report.ts'
import { runStates, runVerdict } from '../../../loadtest/report/run-verdict.ts'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'
import { readRun } from './read-run.ts'

export const reportFormats = ['html', 'markdown'] as const
export type ReportFormat = (typeof reportFormats)[number]

export type LoadReportRequest = {
  /** A result of `loadtest run`. */
  readonly file: string
  /** Beside it where it is left out. */
  readonly output: string | null
  readonly format: ReportFormat
}

/** `result` of `loadtest report --json`, as scripts may rely on it. */
export const loadReportSchema = z.object({
  schema: z.literal('shopctl.loadtest-report/1'),
  file: z.string(),
  output: z.string(),
  format: z.enum(reportFormats),
  bytes: z.int(),
  environment: z.string(),
  profile: z.string(),
  verdict: z.object({ state: z.enum(runStates), headline: z.string() }),
  judgements: z.array(judgementSchema),
  /** What limited the run, and what did not. */
  factors: z.array(
    z.object({
      what: z.enum(['generator', 'profile', 'arrivals', 'errors']),
      isLimit: z.boolean(),
      sentence: z.string(),
    }),
  ),
})
export type LoadReport = z.infer<typeof loadReportSchema>

const formats: Readonly<Record<ReportFormat, { ending: string; render: (run: KeptRun) => string }>> = {
  html: { ending: 'html', render: renderReport },
  markdown: { ending: 'md', render: renderMarkdown },
}

/** Renders a run that was kept. Says nothing by its exit code of what the run said: that was `loadtest run`'s to say. */
export const reportRun = async ({ file, output, format }: LoadReportRequest): Promise<LoadReport> => {
  const { ending, render } = formats[format]
  const path = output ?? join(dirname(file), `${basename(file, '.json')}.${ending}`)
  if (resolve(path) === resolve(file)) throw wouldReplaceRun(file, ending)
  const run = await readRun(file)
  const text = render(run)
  await write(path, text)
  return {
    schema: 'shopctl.loadtest-report/1',
    file,
    output: path,
    format,
    bytes: Buffer.byteLength(text),
    environment: run.environment,
    profile: run.result.profile.name,
    verdict: runVerdict(run),
    judgements: run.judgements,
    factors: [...limitingFactors(run)],
  }
}

const wouldReplaceRun = (file: string, ending: string): ShopctlError =>
  new ShopctlError({
    code: 'REPORT_NOT_WRITTEN',
    outcome: 'usage',
    what: `The report would replace the run that it is of, ${file}; nothing was written.`,
    fix: [toType(`loadtest report ${quoteWord(file)} --output ${quoteWord(`${file}.${ending}`)}`)],
  })

const whyNot = (cause: unknown): string => {
  if (hasErrorCode(cause, 'EISDIR')) return 'a directory is where the file should be'
  return cause instanceof Error ? cause.message : String(cause)
}

const write = async (path: string, text: string): Promise<void> => {
  try {
    await writeFileAtomically(path, text)
  } catch (cause) {
    throw new ShopctlError({
      code: 'REPORT_NOT_WRITTEN',
      outcome: 'refused',
      what: `The report could not be written to ${path}; what was there is as it was.`,
      why: [whyNot(cause instanceof ShopctlError ? cause.cause : cause)],
      fix: [`ls -ld ${quoteWord(path)} ${quoteWord(dirname(path))}`],
      cause,
    })
  }
}
