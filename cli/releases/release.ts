import { z } from 'zod'
import { scanRecordSchema } from './scan-record.ts'

/** `sha256:` and 64 hexadecimal digits. */
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** What one service is in a release. Two releases with equal values run the same thing. */
const serviceRelease = z.object({
  digest,
  /** Content hash of every setting, secrets included; the values are kept by the platform, never in the record. */
  settingsHash: z.string(),
  /** Content hash of the migrations that it brings: equal hashes have nothing new to migrate. */
  migrationsHash: z.string(),
  /** The rendered manifest that was applied: what a rollback applies again. Holds no secret. */
  manifest: z.json(),
})

const migration = z.object({
  service: z.string(),
  name: z.string(),
  /** False: a release from before this migration may not run on the database after it. */
  reversible: z.boolean(),
})

const evidence = z.object({
  service: z.string(),
  /** Sentence of the verdict that this supports. */
  reason: z.string(),
  exitCode: z.number().nullable().optional(),
  signal: z.string().nullable().optional(),
  /** The service's own last lines, oldest first. */
  lastLogs: z.array(z.string()),
  previousLogs: z.array(z.string()),
  probeFailures: z.array(z.string()),
  /** The platform's own events, oldest first. */
  events: z.array(z.string()),
  collectedAt: z.iso.datetime(),
})

const commit = z.object({ sha: z.string(), subject: z.string(), author: z.string(), dirty: z.boolean() })

const step = z.object({
  name: z.string(),
  startedAt: z.iso.datetime(),
  milliseconds: z.number().optional(),
  outcome: z.enum(['running', 'done', 'skipped', 'failed', 'interrupted']),
  detail: z.string().optional(),
})

export const releaseStates = [
  /** Being released now, or left by a process that died: the lock tells which. */
  'in-progress',
  'succeeded',
  /** Unhealthy; every service was returned to the release before it. */
  'rolled-back',
  /** Unhealthy and there was nothing to return to, or the return was not proven. */
  'failed',
  /** Interrupted; every service was returned to the release before it. */
  'aborted',
  /** Neither healthy nor unhealthy could be shown. */
  'unknown',
] as const

/** The record of one attempt to change an environment. Numbers rise and are never used twice. */
export const releaseRecordSchema = z.object({
  schema: z.literal('shopctl.release/1'),
  number: z.int().positive(),
  environment: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  state: z.enum(releaseStates),
  services: z.record(z.string(), serviceRelease),
  /** What was applied and belongs to no single service: the namespace, the ingress. Null where there is none. */
  shared: z.json().nullable().default(null),
  /** The scanner's verdicts, each bound to the digest of a service. */
  scans: z.array(scanRecordSchema).default([]),
  commit: commit.nullable(),
  /** The release of another environment whose digests these are; null where they were built for this one. */
  promotedFrom: z.object({ environment: z.string(), release: z.int().positive() }).nullable().default(null),
  who: z.string(),
  why: z.string().nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** The release that users were on when this one began. */
  previous: z.int().positive().nullable(),
  /** For a rollback: the release whose recorded manifests were applied again. */
  restores: z.int().positive().nullable(),
  migrations: z.array(migration),
  steps: z.array(step),
  /** Services whose digest and settings failed here; deploying the same again is refused without --force. */
  culprits: z.array(z.string()),
  verdict: z.object({ state: z.enum(['healthy', 'unhealthy', 'unknown']), reasons: z.array(z.string()) }).nullable(),
  evidence: z.array(evidence),
  failure: z
    .object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) })
    .nullable(),
})

export type ReleaseRecord = z.infer<typeof releaseRecordSchema>
export type ServiceRelease = z.infer<typeof serviceRelease>
export type Evidence = z.infer<typeof evidence>
export type MigrationRecord = z.infer<typeof migration>
export type StepRecord = z.infer<typeof step>
export type Commit = z.infer<typeof commit>
