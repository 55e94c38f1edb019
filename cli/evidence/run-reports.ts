import { z } from 'zod'
import { eventSchema } from '../output/events.ts'
import { parsedJson } from '../tools/parsed-json.ts'

const failure = z.object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) })
const ended = { command: z.string(), exitCode: z.int() }

/** What one command left in the folder of reports (output/run-report.ts). */
export const runReportSchema = z.object({
  schema: z.literal('shopctl.report/1'),
  typed: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  events: z.array(eventSchema),
  document: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), ...ended, result: z.unknown() }),
    z.object({ ok: z.literal(false), ...ended, error: failure }),
  ]),
})

export type RunReport = z.infer<typeof runReportSchema>
export type Failure = z.infer<typeof failure>

/** Undefined where it is no report, or one of another version. */
export const parseRunReport = (text: string): RunReport | undefined =>
  runReportSchema.safeParse(parsedJson(text)?.value).data
