import { z } from 'zod'

const changeKinds = ['create', 'update', 'replace', 'delete', 'forget'] as const

const commit = z.object({ sha: z.string(), subject: z.string(), author: z.string(), dirty: z.boolean() })

export const applyRecordSchema = z.object({
  schema: z.literal('shopctl.infra-record/1'),
  /** Its moment and the run's own letters: what sorts by name sorts by time. */
  id: z.string(),
  verb: z.enum(['bootstrap', 'up', 'down']),
  stack: z.string(),
  /** As it was typed; the installation is what was changed. */
  environment: z.string(),
  installation: z.string(),
  who: z.string(),
  commit: commit.nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** sha256 of the file that was applied; null for bootstrap, which nobody is shown a plan of. */
  planDigest: z.string().nullable(),
  counts: z.record(z.enum(changeKinds), z.number()).nullable(),
  changes: z.array(z.object({ address: z.string(), kind: z.enum(changeKinds) })),
  /** USD a month. */
  cost: z.object({ expected: z.number(), delta: z.number(), verdict: z.enum(['within', 'above']) }).nullable(),
  /** What somebody allowed in words. */
  allowed: z.object({ destroy: z.array(z.string()), cost: z.string().nullable() }),
  /** `running` with nobody holding the lock: the run was killed. */
  outcome: z.enum(['running', 'done', 'failed', 'interrupted']),
  done: z.number(),
  tainted: z.array(z.string()),
  failed: z.array(z.object({ address: z.string(), why: z.string() })),
  failure: z.object({ code: z.string(), what: z.string() }).nullable(),
})

/** Who changed what of a stack, when, by which plan, and how it ended. Holds no value of any resource. */
export type ApplyRecord = z.infer<typeof applyRecordSchema>
