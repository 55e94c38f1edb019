import { expect, test } from 'vitest'
import type { ApplyRecord } from './apply-record.ts'
import { readDriftNote, writeDriftNote } from './drift-note.ts'
import { createRecordStore } from './record-store.ts'
import { createMemoryObjectStore } from './testing/memory-object-store.ts'

const aRecord = (id: string, part: Partial<ApplyRecord> = {}): ApplyRecord => ({
  schema: 'shopctl.infra-record/1',
  id,
  verb: 'up',
  stack: 'shop-dev',
  environment: 'dev',
  installation: 'dev',
  who: 'ada',
  commit: null,
  startedAt: '2026-11-22T12:00:00.000Z',
  finishedAt: null,
  planDigest: null,
  counts: null,
  changes: [],
  cost: null,
  allowed: { destroy: [], cost: null },
  outcome: 'running',
  done: 0,
  tainted: [],
  failed: [],
  failure: null,
  ...part,
})

const redact = (text: string) => text.replaceAll('c4nary', '[redacted]')

test('records come back newest first, each stack by itself, and one that cannot be read hides no other', async () => {
  const bucket = createMemoryObjectStore()
  const records = createRecordStore(bucket, redact)
  await records.write(aRecord('20261122T120000000Z-b'))
  await records.write(aRecord('20261122T130000000Z-a'))
  await records.write(aRecord('20261122T140000000Z-c', { stack: 'registry' }))
  await bucket.write('shopctl/records/shop-dev/20261122T125000000Z-x.json', { text: '{"half":', condition: 'new' })
  const { records: found, unreadable } = await records.newest('shop-dev', 10)
  expect(found.map(({ id }) => id)).toEqual(['20261122T130000000Z-a', '20261122T120000000Z-b'])
  expect(unreadable).toBe(1)
  expect((await records.newest('shop-dev', 1)).records).toHaveLength(1)
})

test('F26: what Terraform and AWS said gets in without its secrets', async () => {
  const bucket = createMemoryObjectStore()
  const failed = [{ address: 'aws_db_instance.shop', why: 'password c4nary is too short' }]
  const failure = { code: 'APPLY_FAILED', what: 'It failed with c4nary.' }
  await createRecordStore(bucket, redact).write(aRecord('one', { failed, failure }))
  expect([...bucket.objects.values()].map(({ text }) => text).join()).not.toContain('c4nary')
})

test('the last look for drift is kept; a note that was damaged is none', async () => {
  const bucket = createMemoryObjectStore()
  expect(await readDriftNote(bucket, 'shop-dev')).toBeNull()
  const note = { checkedAt: '2026-11-22T12:00:00.000Z', differences: 2, untracked: null }
  await writeDriftNote(bucket, 'shop-dev', note)
  expect(await readDriftNote(bucket, 'shop-dev')).toMatchObject(note)
  await bucket.write('shopctl/drift/shop-dev.json', { text: '{', condition: 'whatever-is-there' })
  expect(await readDriftNote(bucket, 'shop-dev')).toBeNull()
})
