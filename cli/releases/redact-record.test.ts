import { expect, test } from 'vitest'
import { redactingStore, redactRecord } from './redact-record.ts'
import { aRelease } from './testing/a-release.ts'

const redact = (text: string) => text.replaceAll('canary', '[redacted]')

const told = {
  ...aRelease({ number: 1 }),
  why: 'the canary in the mine',
  verdict: { state: 'unhealthy' as const, reasons: ['GET /health answered 503 (canary)'] },
  failure: { code: 'X', what: 'canary', why: ['a', 'canary'], fix: ['shopctl logs canary'] },
  evidence: [
    {
      service: 'orders',
      reason: 'canary',
      exitCode: 1,
      lastLogs: ['canary'],
      previousLogs: ['canary'],
      probeFailures: ['canary'],
      events: ['canary'],
      collectedAt: '2026-11-22T00:00:00.000Z',
    },
  ],
}

test('whatever others said is redacted before it is kept; what a person wrote and what was applied stays', async () => {
  const { why, ...kept } = redactRecord(told, redact)
  expect(JSON.stringify(kept)).not.toContain('canary')
  expect(why).toBe('the canary in the mine')
  expect(kept.services).toEqual(told.services)
})

test('a record of a release in progress, without a verdict, stays as it is', () => {
  expect(redactRecord(aRelease({ number: 1 }), redact)).toEqual(aRelease({ number: 1 }))
})

test('a redacting store redacts what it creates and what it replaces', async () => {
  const written: unknown[] = []
  const signals: unknown[] = []
  const store = redactingStore(
    {
      list: async () => ({ records: [], setAside: [] }),
      read: async () => null,
      create: async (record, signal) => {
        written.push(record)
        signals.push(signal)
        return { ...record, number: 1 }
      },
      remove: async () => undefined,
      update: async (record, signal) => {
        written.push(record)
        signals.push(signal)
      },
    },
    redact,
  )
  const { signal } = new AbortController()
  await store.create(told, signal)
  await store.update(told, signal)
  // A write that goes on after the lock is lost overwrites another's word.
  expect(signals).toEqual([signal, signal])
  expect(written).toHaveLength(2)
  expect(JSON.stringify(written)).not.toContain('"canary"')
})
