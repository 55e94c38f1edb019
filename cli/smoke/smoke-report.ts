import { z } from 'zod'

const failure = z.object({
  /** What was asked and what came back. */
  what: z.string(),
  /** By which the logs of the shop know the request; null where nothing was asked. */
  requestId: z.string().nullable(),
  /** Commands that can be pasted as they stand. */
  fix: z.array(z.string()),
})

const milliseconds = z.int().nonnegative()
/** Who is to blame: a service, or `edge` for the front door. */
const service = z.string()

const check = z.object({
  name: z.string(),
  service,
  result: z.enum(['passed', 'failed']),
  milliseconds,
  failure: failure.nullable(),
})

const step = z.object({
  name: z.string(),
  service,
  result: z.enum(['passed', 'failed', 'skipped']),
  milliseconds,
  failure: failure.nullable(),
})

const journey = z.object({
  name: z.string(),
  result: z.enum(['passed', 'failed', 'skipped']),
  /** Why it was skipped. */
  reason: z.string().nullable(),
  milliseconds,
  steps: z.array(step),
  /** What it made and could not take away again, in words. */
  leftBehind: z.array(z.string()),
})

/** `result` of `smoke --json`, as scripts may rely on it. */
export const smokeReportSchema = z.object({
  environment: z.string(),
  /** The release that the record says is current; null where there is no record of one. */
  release: z.int().positive().nullable(),
  /** Where the requests went in. */
  entry: z.string(),
  /** `unknown`: nothing failed, and a journey that was asked for could not be made. */
  verdict: z.enum(['passed', 'failed', 'unknown']),
  startedAt: z.iso.datetime(),
  milliseconds,
  checks: z.array(check),
  journeys: z.array(journey),
  /** The file that JUnit's readers read; null where none was asked for. */
  junit: z.string().nullable(),
})

export type SmokeReport = z.infer<typeof smokeReportSchema>
export type ReportedFailure = z.infer<typeof failure>
