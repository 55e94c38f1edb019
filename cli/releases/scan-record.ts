import { z } from 'zod'

/** From worst to least; `UNKNOWN` is a finding that nobody has rated yet. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'] as const
export type Severity = (typeof severities)[number]

const counts = z.object({
  CRITICAL: z.int().nonnegative(),
  HIGH: z.int().nonnegative(),
  MEDIUM: z.int().nonnegative(),
  LOW: z.int().nonnegative(),
  UNKNOWN: z.int().nonnegative(),
})

/** What the scan gate said of one image. Bound to the digest: another digest needs a verdict of its own. */
export const scanRecordSchema = z.object({
  service: z.string(),
  digest: z.string(),
  verdict: z.enum(['passed', 'blocked', 'not-scanned']),
  /** Null where nothing scanned. */
  scanner: z
    .object({
      name: z.string(),
      version: z.string(),
      /** Null where the scanner did not say what it knew. */
      database: z.object({ updatedAt: z.iso.datetime() }).nullable(),
    })
    .nullable(),
  scannedAt: z.iso.datetime(),
  /** Findings that no waiver covers. */
  counts,
  /** Identifiers that a waiver let pass. */
  waived: z.array(z.string()),
  /** The worst identifiers that block, at most 20. */
  blocking: z.array(z.string()),
  /** The table of the findings, relative to the repository or absolute; null where nothing scanned. */
  report: z.string().nullable(),
  /** Why it was not scanned, or what blocks in a sentence; null where it passed. */
  why: z.string().nullable(),
})

export type ScanRecord = z.infer<typeof scanRecordSchema>
export type SeverityCounts = ScanRecord['counts']

export const countOfNothing: SeverityCounts = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0 }
