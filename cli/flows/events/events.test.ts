import { expect, test } from 'vitest'
import { olderEvents, replayedView } from '../../output/views/events-view.ts'
import type { Platform } from '../../platforms/platform.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { scriptedPlatform } from '../testing/scripted-platform.ts'
import { goodSource, withRelease1 } from '../testing/with-release.ts'
import { dropDeadEvent, listDeadEvents, replayDeadEvents, showDeadEvent } from './dead-events.ts'
import { requireConsumer } from './require-consumer.ts'
import { listEvents, replayEvents, showEvent } from './stored-events.ts'

const all = ['users', 'catalog', 'orders'] as const
const id = '0192f0c4-5a00-7000-8000-0000000000e1'

const stored = (more: object) => ({
  id,
  type: 'order.paid.v1',
  subject: id,
  aggregate_version: 2,
  state: 'published',
  created_at: '2026-11-22T13:37:00.000Z',
  published_at: '2026-11-22T13:37:00.100Z',
  refused_at: null,
  seq: 7,
  ...more,
})

const parked = (more: object) => ({
  consumer: 'catalog-purchases',
  event_id: id,
  type: 'order.paid.v1',
  subject: id,
  attempts: 8,
  last_error: 'no such product',
  parked_at: '2026-11-22T13:37:00.000Z',
  replayed_at: null,
  dropped_at: null,
  drop_reason: null,
  ...more,
})

/** What the platform says, with these services down. */
async function runningWithout(down: readonly string[], platform: Platform) {
  const running = await platform.running()
  const instances = running.instances.map((instance) =>
    down.includes(instance.service) ? { ...instance, state: 'down' as const } : instance,
  )
  return { ...running, instances }
}

/** A shop that is up, whose services say what is given; who says nothing of it has nothing. */
async function shopThatSays(said: Readonly<Record<string, unknown>>, nothing: unknown, down: readonly string[] = []) {
  const world = await withRelease1()
  for (const service of all) world.answers[service] = () => said[service] ?? nothing
  const { means } = scriptedMeans({ ...world.platform, running: () => runningWithout(down, world.platform) })
  const asked = () => world.journal.filter((line) => line.startsWith('ask ')).toSorted()
  return { means, asked }
}

test('the newest events of all services come in the order in which they were written, and it is said that there are older ones', async () => {
  const { means, asked } = await shopThatSays(
    {
      users: { events: [stored({ created_at: '2026-11-22T13:36:00.000Z' })], more: false },
      orders: { events: [stored({}), stored({ created_at: '2026-11-22T13:37:03.000Z' })], more: false },
      catalog: { events: [stored({ created_at: '2026-11-22T13:37:02.000Z' })], more: false },
    },
    {},
  )
  const { events, more } = await listEvents({ services: all, type: 'order.paid.v1', limit: 3 }, means)
  expect(events.map(({ service }) => service)).toEqual(['orders', 'catalog', 'orders'])
  expect(more).toBe(true)
  expect(olderEvents({ events, more })).toContain('older than these 3: add --to 2026-11-22T13:37:00.001Z ')
  expect(events[0]).toEqual({
    service: 'orders',
    id,
    type: 'order.paid.v1',
    subject: id,
    version: 2,
    state: 'published',
    createdAt: '2026-11-22T13:37:00.000Z',
    publishedAt: '2026-11-22T13:37:00.100Z',
    refusedAt: null,
  })
  expect(asked()).toEqual(
    ['catalog', 'orders', 'users'].map((service) => `ask ${service} events list --type=order.paid.v1 --limit=3`),
  )
})

test.each([true, false])('older ones of one service are older ones: %j', async (more) => {
  const { means } = await shopThatSays({ orders: { events: [stored({})], more } }, { events: [], more: false })
  expect(await listEvents({ services: all, limit: 1 }, means)).toMatchObject({ events: [{ service: 'orders' }], more })
})

test('an event is shown with all that it says, of the service that has it', async () => {
  const envelope = { id, data: { status: 'paid' } }
  const { means } = await shopThatSays({ catalog: { event: stored({ envelope }) } }, { event: null })
  expect(await showEvent({ id, services: all }, means)).toMatchObject({ service: 'catalog', id, envelope })
  const missing = await failureOf(showEvent({ id, services: ['users'] }, means))
  expect(missing).toMatchObject({
    code: 'EVENT_NOT_FOUND',
    outcome: 'refused',
    why: [expect.stringContaining('users')],
  })
})

test('a replay names its range, its consumer and who asks', async () => {
  const { means, asked } = await shopThatSays({ orders: { replayed: 3 } }, { replayed: 0 })
  const range = { type: 'order.paid.v1', from: '2026-11-22T00:00:00.000Z', consumer: 'catalog-purchases' }
  expect(await replayEvents({ services: ['catalog', 'orders'], ...range }, means)).toEqual({
    replayed: [
      { service: 'catalog', count: 0, ready: true },
      { service: 'orders', count: 3, ready: true },
    ],
  })
  await replayEvents({ services: ['orders'], id, reason: 'the cache was lost' }, means)
  const filter = '--type=order.paid.v1 --from=2026-11-22T00:00:00.000Z --consumer=catalog-purchases'
  expect(asked()).toEqual([
    `ask catalog events replay ${filter} --actor=ada@laptop`,
    `ask orders events replay ${filter} --actor=ada@laptop`,
    `ask orders events replay ${id} --reason=the cache was lost --actor=ada@laptop`,
  ])
})

test('a replay tells of a service that is not there to send', async () => {
  const { means } = await shopThatSays({ orders: { replayed: 1 } }, { replayed: 0 }, ['orders'])
  const result = await replayEvents({ services: ['catalog', 'orders'], id }, means)
  expect(result).toEqual({
    replayed: [
      { service: 'catalog', count: 0, ready: true },
      { service: 'orders', count: 1, ready: false },
    ],
  })
  expect(replayedView(result)).toBe('orders is not ready; it sends 1 event again once it runs.')
})

test('a replay of an event that nobody has is refused; a range without events is no failure', async () => {
  const { means } = await shopThatSays({}, { replayed: 0 })
  expect(await failureOf(replayEvents({ services: all, id }, means))).toMatchObject({
    code: 'EVENT_NOT_FOUND',
    outcome: 'refused',
    fix: [expect.stringContaining('events list')],
  })
  const { replayed } = await replayEvents({ services: all, type: 'order.paid.v1' }, means)
  expect(replayed.map(({ count }) => count)).toEqual([0, 0, 0])
})

test('a consumer that no service has is refused with the names of those that are', async () => {
  const { means, asked } = await shopThatSays(
    {
      catalog: { consumers: ['catalog-purchases'] },
      orders: { consumers: ['orders-counters', 'order-notifications'] },
    },
    { consumers: [] },
  )
  await requireConsumer('order-notifications', means)
  expect(asked()).toEqual(['catalog', 'orders', 'users'].map((service) => `ask ${service} events consumers`))
  expect(await failureOf(requireConsumer('bogus', means))).toMatchObject({
    code: 'UNKNOWN_CONSUMER',
    outcome: 'usage',
    message: expect.stringContaining('"bogus"'),
    why: ['catalog has catalog-purchases', 'orders has orders-counters, order-notifications'],
  })
})

test('E19: dead events are listed with the service whose consumer gave them up, and shown with what they say', async () => {
  const { means, asked } = await shopThatSays(
    {
      catalog: { dead: [parked({ envelope: { id } })] },
      orders: { dead: [parked({ consumer: 'orders-users', parked_at: '2026-11-22T13:00:00.000Z', envelope: { id } })] },
    },
    { dead: [] },
  )
  const dead = await listDeadEvents({ services: all, handled: 'included', limit: 50 }, means)
  expect(dead.map(({ service, consumer }) => [service, consumer])).toEqual([
    ['orders', 'orders-users'],
    ['catalog', 'catalog-purchases'],
  ])
  expect(dead[1]).toMatchObject({ id, attempts: 8, lastError: 'no such product', replayedAt: null })
  const shown = await showDeadEvent({ id, services: all }, means)
  expect(shown.map(({ service, envelope }) => [service, envelope])).toEqual([
    ['catalog', { id }],
    ['orders', { id }],
  ])
  expect(asked()).toContain('ask users events dead list --handled=included --limit=50')
})

test('E19: a dead event is given back or dropped by who asks, and told for whom', async () => {
  const of = { consumer: 'catalog-purchases', event_id: id }
  const { means, asked } = await shopThatSays(
    { catalog: { replayed: [of], dropped: [of] } },
    { replayed: [], dropped: [] },
  )
  const handled = [{ service: 'catalog', consumer: 'catalog-purchases', id }]
  expect(await replayDeadEvents({ services: all, id }, means)).toEqual(handled)
  expect(await replayDeadEvents({ services: ['catalog'], type: 'order.paid.v1' }, means)).toEqual(handled)
  expect(await dropDeadEvent({ services: ['catalog'], id, reason: 'too old' }, means)).toEqual(handled)
  expect(asked()).toEqual(
    expect.arrayContaining([
      `ask orders events dead replay ${id} --actor=ada@laptop`,
      'ask catalog events dead replay --type=order.paid.v1 --actor=ada@laptop',
      `ask catalog events dead drop ${id} --reason=too old --actor=ada@laptop`,
    ]),
  )
})

test('E19: one that nobody gave up is refused; of many none is no failure', async () => {
  const { means } = await shopThatSays({}, { dead: [], replayed: [], dropped: [] })
  const refused = {
    code: 'DEAD_EVENT_NOT_FOUND',
    outcome: 'refused',
    fix: [expect.stringContaining('events dead list')],
  }
  expect(await failureOf(showDeadEvent({ id, services: all }, means))).toMatchObject(refused)
  expect(await failureOf(replayDeadEvents({ id, services: all }, means))).toMatchObject(refused)
  expect(await failureOf(dropDeadEvent({ id, services: all, reason: 'too old' }, means))).toMatchObject(refused)
  expect(await replayDeadEvents({ services: all }, means)).toEqual([])
})

test('a shop that is down is not asked', async () => {
  const world = await withRelease1()
  const { means } = scriptedMeans(world.platform)
  await world.platform.retire(null, AbortSignal.timeout(1000))
  expect(await failureOf(listEvents({ services: all, limit: 1 }, means))).toMatchObject({
    code: 'NOT_UP',
    outcome: 'refused',
    fix: [expect.stringContaining('deploy --env local')],
  })
  const empty = scriptedMeans(scriptedPlatform({ ...goodSource }).platform)
  expect(await failureOf(listEvents({ services: all, limit: 1 }, empty.means))).toMatchObject({ code: 'NOT_UP' })
  expect(world.journal.filter((line) => line.startsWith('ask '))).toEqual([])
})

test('what one service says instead of an answer is told when the others have answered', async () => {
  const world = await withRelease1()
  const answered: string[] = []
  for (const service of all) {
    world.answers[service] = () => {
      if (service === 'users') throw new Error('users has no such table')
      answered.push(service)
      return { events: [], more: false }
    }
  }
  const { means } = scriptedMeans(world.platform)
  await expect(listEvents({ services: all, limit: 1 }, means)).rejects.toThrow('users has no such table')
  expect(answered.toSorted()).toEqual(['catalog', 'orders'])
})
