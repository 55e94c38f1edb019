import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BusUnavailable, EnvelopeRefused } from '../bus.ts'
import {
  type BusLab,
  type BusPlace,
  consumeInto,
  createLab,
  envelope,
  envelopesOf,
  type Given,
  idsOf,
  newRecord,
  outOfOrder,
  publishAll,
  soon,
  versionsBySubject,
} from './bus-lab.ts'
import { deliveryContract } from './delivery-contract.ts'

/** What every bus has to show. `makeBus` gives each test an empty one. */
export function busContract(name: string, makeBus: () => Promise<BusPlace>): void {
  describe(`the bus in ${name}`, () => {
    let lab: BusLab
    beforeEach(async () => {
      lab = createLab(await makeBus())
    })
    afterEach(() => lab.end())
    deliveryContract(() => lab)

    test('E13.publish: a thousand are there when publish resolves, and a thousand are received', async () => {
      const [publisher, other] = [await lab.open(), await lab.open()]
      await (await consumeInto(other, { group: 'all', record: newRecord() })).close()
      const sent = envelopesOf({ subjects: 100, each: 10 })
      await publishAll(publisher, sent)
      expect(await other.lag('all')).toBe(1_000)
      const record = newRecord()
      await consumeInto(other, { group: 'all', record })
      await expect.poll(() => record.finished.length, soon).toBe(1_000)
      expect(idsOf(record.finished)).toEqual(idsOf(sent))
    })

    test('E13.publish: where the bus is not there it rejects, and so does asking whether it is', async () => {
      const away = await lab.openAway()
      await expect(away.publish([envelope(randomUUID(), 1)])).rejects.toBeInstanceOf(BusUnavailable)
      await expect(away.check()).rejects.toThrow()
      await (await lab.open()).check()
    })

    test('E13.groups: each group gets everything, members of one share it and none gets what another has finished', async () => {
      const [first, second, third] = [await lab.open(), await lab.open(), await lab.open()]
      const [shared, whole] = [newRecord(), newRecord()]
      await consumeInto(first, { group: 'shared', by: 'first', record: shared })
      await consumeInto(second, { group: 'shared', by: 'second', record: shared })
      await consumeInto(third, { group: 'whole', record: whole })
      const sent = envelopesOf({ subjects: 50, each: 10 })
      // Both have their share once the second has been given something.
      await expect
        .poll(async () => {
          await first.publish(envelopesOf({ subjects: 30, each: 1 }))
          return new Set(shared.finished.map(({ by }) => by)).size
        }, soon)
        .toBe(2)
      await publishAll(third, sent)
      const received = (list: readonly Given[]) => idsOf(list.filter(({ id }) => sent.some((one) => one.id === id)))
      await expect.poll(() => received(whole.finished).length, soon).toBe(500)
      await expect.poll(() => received(shared.finished).length, soon).toBe(500)
      expect(received(shared.finished)).toEqual(idsOf(sent))
      expect(received(whole.finished)).toEqual(idsOf(sent))
      expect(shared.given).toHaveLength(new Set(shared.given.map(({ id }) => id)).size)
    })

    test('E13.order: entries of one subject come in order, with three members, one of which dies', async () => {
      const [first, second] = [await lab.open(), await lab.open()]
      const record = newRecord()
      const running = new Set<string>()
      const handle = async ({ subject }: { readonly subject: string }) => {
        expect(running.has(subject)).toBe(false)
        running.add(subject)
        await delay(2)
        running.delete(subject)
      }
      const dying = await lab.startProcess({ group: 'ordered', record, mode: 'handle' })
      await consumeInto(first, { group: 'ordered', record, handle })
      await consumeInto(second, { group: 'ordered', record, handle })
      const sent = envelopesOf({ subjects: 40, each: 30 })
      await publishAll(first, sent.slice(0, 600))
      await expect.poll(() => record.finished.filter(({ by }) => by === 'process').length, soon).toBeGreaterThan(20)
      await dying.kill()
      await publishAll(second, sent.slice(600))
      await expect.poll(() => new Set(record.finished.map(({ id }) => id)).size, soon).toBe(1_200)
      for (const [subject, versions] of versionsBySubject(record.given)) {
        expect([subject, outOfOrder(versions)]).toEqual([subject, []])
      }
    })

    test('E13.start: a new group begins where it says, before there is anything, and by two at once', async () => {
      const [bus, other] = [await lab.open(), await lab.open()]
      const [early, late, again] = [newRecord(), newRecord(), newRecord()]
      await Promise.all([
        consumeInto(bus, { group: 'early', from: 'now', record: early }),
        consumeInto(other, { group: 'early', from: 'now', record: early }),
      ])
      // What it has not finished is kept, so that there is a beginning to begin at.
      await (await consumeInto(bus, { group: 'keeping', record: newRecord() })).close()
      const before = envelopesOf({ subjects: 20, each: 1 })
      await bus.publish(before)
      await expect.poll(() => early.finished.length, soon).toBe(20)
      const fromNow = await consumeInto(other, { group: 'late', from: 'now', record: late })
      await consumeInto(other, { group: 'again', from: 'beginning', record: again })
      const after = envelopesOf({ subjects: 20, each: 1 })
      await bus.publish(after)
      await expect.poll(() => late.finished.length, soon).toBe(20)
      await expect.poll(() => again.finished.length, soon).toBe(40)
      expect(idsOf(late.given)).toEqual(idsOf(after))
      expect(idsOf(again.given)).toEqual(idsOf([...before, ...after]))
      // It is there already: where a new one would begin does not matter any more.
      await fromNow.close()
      const missed = envelopesOf({ subjects: 5, each: 1 })
      await bus.publish(missed)
      await consumeInto(bus, { group: 'late', from: 'now', record: late })
      await expect.poll(() => late.finished.length, soon).toBe(25)
      expect(idsOf(late.given)).toEqual(idsOf([...after, ...missed]))
    })

    test('E13.size: more than 64 KB or what fails its schema is refused by its type, and nothing of the batch is there', async () => {
      const bus = await lab.open()
      await (await consumeInto(bus, { group: 'sizes', record: newRecord() })).close()
      const good = envelope(randomUUID(), 1)
      const large = envelope(randomUUID(), 1, { text: 'ä'.repeat(32_700) })
      const wrong = envelope(randomUUID(), 1, { wrong: 'canary' })
      for (const [refused, message] of [
        [large, /^thing\.changed\.v1 has \d+ bytes, more than 65536$/],
        [wrong, /^thing\.changed\.v1 is not as its schema says: \/data\/wrong: is not there$/],
      ] as const) {
        const refusal = await bus.publish([good, refused]).catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(EnvelopeRefused)
        expect(refusal).toMatchObject({ message: expect.stringMatching(message), envelope: { id: refused.id } })
      }
      expect(await bus.lag('sizes')).toBe(0)
      await bus.publish([envelope(randomUUID(), 1, { text: 'ä'.repeat(32_500) })])
      expect(await bus.lag('sizes')).toBe(1)
    })

    test('E13.lag: it is what a group has not finished, of each group for itself', async () => {
      const bus = await lab.open()
      expect(await bus.lag('counting')).toBe(0)
      const record = newRecord()
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const sent = envelopesOf({ subjects: 60, each: 3 })
      const held = new Set(sent.slice(0, 20).map(({ subject }) => subject))
      await (await consumeInto(bus, { group: 'waiting', record: newRecord() })).close()
      await consumeInto(bus, {
        group: 'counting',
        record,
        atOnce: 40,
        handle: ({ subject }) => (held.has(subject) ? released : Promise.resolve()),
      })
      await publishAll(bus, sent)
      await expect.poll(() => bus.lag('counting'), soon).toBe(60)
      expect(await bus.lag('waiting')).toBe(180)
      release()
      await expect.poll(() => bus.lag('counting'), soon).toBe(0)
      expect(await bus.lag('waiting')).toBe(180)
      await bus.publish(envelopesOf({ subjects: 7, each: 1 }))
      expect(await bus.lag('waiting')).toBe(187)
    })
  })
}
