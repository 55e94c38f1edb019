import { expect, test } from 'vitest'
import { partitionOf } from '../partitions.ts'
import { envelope } from '../testing/bus-lab.ts'
import { createDeliveries } from './deliveries.ts'
import type { Entry } from './group-store.ts'

const [one, other] = ['6a1f6e0e-0000-4000-8000-000000000001', '6a1f6e0e-0000-4000-8000-000000000002']
const entry = (subject: string, version: number): Entry => ({
  partition: partitionOf(subject),
  id: `${subject} ${version}`,
  envelope: envelope(subject, version),
})
const open = () => createDeliveries(() => undefined)

test('of one subject one runs at a time, in order; subjects take turns', () => {
  const deliveries = open()
  deliveries.add([entry(one, 1), entry(one, 2), entry(other, 1)])
  const [first, second] = [deliveries.take(), deliveries.take()]
  expect([first, second].map((delivery) => delivery?.entry.id)).toEqual([`${one} 1`, `${other} 1`])
  expect(deliveries.take()).toBeUndefined()
  if (first !== undefined) deliveries.end(first, 'finished')
  expect(deliveries.take()?.entry.id).toBe(`${one} 2`)
})

test('what failed comes again after its while, before what is behind it', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const deliveries = createDeliveries(resolve)
  deliveries.add([entry(one, 1), entry(one, 2)])
  const failed = deliveries.take()
  if (failed !== undefined) deliveries.end(failed, { afterMilliseconds: 20 })
  expect(deliveries.take()).toBeUndefined()
  await ready
  expect(deliveries.take()).toMatchObject({ entry: { id: `${one} 1` }, failures: 1 })
})

test('what is read twice is taken once, and counts until it is acknowledged', () => {
  const deliveries = open()
  const only = entry(one, 1)
  deliveries.add([only, only])
  const taken = deliveries.take()
  if (taken !== undefined) deliveries.end(taken, 'finished')
  expect([deliveries.take(), deliveries.count(only.partition), deliveries.knows(only)]).toEqual([undefined, 1, true])
  deliveries.acknowledged([only])
  expect(deliveries.count(only.partition)).toBe(0)
})

test('what was lost is aborted and not taken, and of its subject nothing runs beside it when it comes back', () => {
  const deliveries = open()
  deliveries.add([entry(one, 1), entry(one, 2)])
  const running = deliveries.take()
  deliveries.forget(partitionOf(one))
  expect(running?.lost.signal.aborted).toBe(true)
  expect(deliveries.knows(entry(one, 1))).toBe(false)
  deliveries.add([entry(one, 1)])
  expect(deliveries.take()).toBeUndefined()
  if (running !== undefined) deliveries.end(running, { afterMilliseconds: 1 })
  expect(deliveries.take()?.entry.id).toBe(`${one} 1`)
})

test('of a partition that is left nothing more is begun', () => {
  const deliveries = open()
  deliveries.add([entry(one, 1)])
  deliveries.block(partitionOf(one))
  expect(deliveries.take()).toBeUndefined()
})
