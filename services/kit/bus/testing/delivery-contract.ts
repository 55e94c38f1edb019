import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { partitionOf } from '../partitions.ts'
import {
  type BusLab,
  consumeInto,
  envelope,
  envelopesOf,
  idsOf,
  labTiming,
  newRecord,
  publishAll,
  soon,
} from './bus-lab.ts'

/** Of busContract: what becomes of an entry that somebody was given. */
export function deliveryContract(labNow: () => BusLab): void {
  test('E13.ack: what a handler throws at is delivered again, what is finished never is', async () => {
    const bus = await labNow().open()
    const record = newRecord()
    const [failing, other] = [envelope(randomUUID(), 1), envelope(randomUUID(), 1)]
    const next = envelope(failing.subject, 2)
    const consumption = await consumeInto(bus, {
      group: 'failing',
      record,
      async handle({ id }) {
        const attempts = record.given.filter((given) => given.id === id).length
        if (id === failing.id && attempts < 3) throw new Error('not yet')
      },
    })
    await bus.publish([failing, other, next])
    await expect.poll(() => record.finished.length, soon).toBe(3)
    const givenOf = (id: string) => record.given.filter((given) => given.id === id).length
    expect([givenOf(failing.id), givenOf(other.id), givenOf(next.id)]).toEqual([3, 1, 1])
    expect(record.finished.map(({ id }) => id).filter((id) => id !== other.id)).toEqual([failing.id, next.id])
    await consumption.close()

    const after = newRecord()
    await consumeInto(await labNow().open(), { group: 'failing', record: after })
    const last = envelope(other.subject, 2)
    await bus.publish([last])
    await expect.poll(() => after.finished.length, soon).toBe(1)
    expect(idsOf(after.given)).toEqual([last.id])
  })

  test('E13.ack: what a process had that died is delivered to another, and not what it had finished', async () => {
    const bus = await labNow().open()
    const record = newRecord()
    const finishing = await labNow().startProcess({ group: 'dying', record, mode: 'handle' })
    const finished = envelopesOf({ subjects: 20, each: 1 })
    await bus.publish(finished)
    await expect.poll(() => bus.lag('dying'), soon).toBe(0)
    await finishing.kill()
    const hanging = await labNow().startProcess({ group: 'dying', record, mode: 'hang' })
    const sent = envelopesOf({ subjects: 20, each: 2 })
    await bus.publish(sent)
    await expect.poll(() => record.given.length, soon).toBeGreaterThan(30)
    await hanging.kill()
    const after = newRecord()
    await consumeInto(bus, { group: 'dying', record: after })
    await expect.poll(() => after.finished.length, soon).toBe(40)
    expect(idsOf(after.given)).toEqual(idsOf(sent))
  })

  test('E13.slow: one that takes long keeps no other subject waiting, and its own entry while it lives', async () => {
    const [first, second] = [await labNow().open(), await labNow().open()]
    const record = newRecord()
    const slow = envelope(randomUUID(), 1)
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const handle = async ({ id }: { readonly id: string }) => (id === slow.id ? released : undefined)
    await consumeInto(first, { group: 'slow', record, handle })
    await first.publish([slow])
    await expect.poll(() => record.given.length, soon).toBe(1)
    await consumeInto(second, { group: 'slow', record, handle })
    const neighbours = envelopesOf({ subjects: 200, each: 2 })
    expect(neighbours.some(({ subject }) => partitionOf(subject) === partitionOf(slow.subject))).toBe(true)
    const later = envelope(slow.subject, 2)
    await publishAll(first, [later, ...neighbours])
    await expect.poll(() => record.finished.length, soon).toBe(400)
    await delay(labTiming.claimMilliseconds * 2)
    expect(record.given.filter(({ subject }) => subject === slow.subject)).toHaveLength(1)
    release()
    await expect.poll(() => record.finished.length, soon).toBe(402)
    expect(record.given.filter(({ subject }) => subject === slow.subject).map(({ id }) => id)).toEqual([
      slow.id,
      later.id,
    ])
  })

  test('E13.slow: what a dead process had is given to nobody before the claim time', async () => {
    const bus = await labNow().open()
    const record = newRecord()
    const hanging = await labNow().startProcess({ group: 'claimed', record, mode: 'hang' })
    await bus.publish([envelope(randomUUID(), 1)])
    await expect.poll(() => record.given.length, soon).toBe(1)
    await hanging.kill()
    const killedAt = performance.now()
    await consumeInto(bus, { group: 'claimed', record })
    await expect.poll(() => record.finished.length, soon).toBe(1)
    // Its last word was up to a quarter of the claim time before it died.
    expect(performance.now() - killedAt).toBeGreaterThan(labTiming.claimMilliseconds * 0.5)
  })

  test('E13.close: what runs ends and is acknowledged, the rest is handed over at once, then no handler runs', async () => {
    // Nobody waits for a claim to end here.
    const timing = { claimMilliseconds: 60_000 }
    const [leaving, staying] = [await labNow().open(timing), await labNow().open(timing)]
    const [ended, rest] = [newRecord(), newRecord()]
    const consumption = await consumeInto(leaving, { group: 'closing', record: ended, handle: () => delay(300) })
    const sent = envelopesOf({ subjects: 50, each: 1 })
    await leaving.publish(sent)
    await expect.poll(() => ended.given.length, soon).toBeGreaterThan(0)
    consumption.drain()
    await consumption.close()
    expect(idsOf(ended.finished)).toEqual(idsOf(ended.given))
    expect(ended.given.length).toBeLessThan(50)
    const given = ended.given.length
    await consumeInto(staying, { group: 'closing', record: rest })
    await expect.poll(() => rest.finished.length, soon).toBe(50 - given)
    expect(idsOf([...ended.finished, ...rest.finished])).toEqual(idsOf(sent))
    expect(ended.given).toHaveLength(given)
  })

  test('E13.close: one that does not end in time is told so, and delivered again', async () => {
    const bus = await labNow().open({ graceMilliseconds: 300 })
    const [aborted, rest] = [newRecord(), newRecord()]
    const endless = (_: unknown, signal: AbortSignal) => delay(600_000, undefined, { signal })
    const consumption = await consumeInto(bus, { group: 'endless', record: aborted, handle: endless })
    await bus.publish([envelope(randomUUID(), 1)])
    await expect.poll(() => aborted.given.length, soon).toBe(1)
    await consumption.close()
    expect(aborted.finished).toEqual([])
    await consumeInto(await labNow().open(), { group: 'endless', record: rest })
    await expect.poll(() => rest.finished.length, soon).toBe(1)
  })
}
