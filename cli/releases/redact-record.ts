import type { Evidence, ReleaseRecord } from './release.ts'
import type { ReleaseStore } from './stores.ts'

type Redact = (text: string) => string

const redactEvidence = (evidence: Evidence, redact: Redact): Evidence => ({
  ...evidence,
  reason: redact(evidence.reason),
  lastLogs: evidence.lastLogs.map(redact),
  previousLogs: evidence.previousLogs.map(redact),
  probeFailures: evidence.probeFailures.map(redact),
  events: evidence.events.map(redact),
})

const redactFailure = (failure: NonNullable<ReleaseRecord['failure']>, redact: Redact) => ({
  ...failure,
  what: redact(failure.what),
  why: failure.why.map(redact),
  fix: failure.fix.map(redact),
})

/** Redacts what services, databases and tools said. The rest is shopctl's own: a rollback needs it as it was written. */
export const redactRecord = <Written extends Omit<ReleaseRecord, 'number'>>(
  record: Written,
  redact: Redact,
): Written => ({
  ...record,
  verdict: record.verdict === null ? null : { ...record.verdict, reasons: record.verdict.reasons.map(redact) },
  evidence: record.evidence.map((evidence) => redactEvidence(evidence, redact)),
  failure: record.failure === null ? null : redactFailure(record.failure, redact),
})

/** A store that no secret gets into. */
export const redactingStore = (store: ReleaseStore, redact: Redact): ReleaseStore => ({
  ...store,
  create: (record, signal) => store.create(redactRecord(record, redact), signal),
  update: (record, signal) => store.update(redactRecord(record, redact), signal),
})
