import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { services } from '../registry.ts'
import { busMigrations } from './bus/postgres/bus-tables.ts'
import { shopEvents } from './consumers/shop-events.ts'
import { eventCatalogue } from './event-schemas/event-catalogue.ts'
import type { EventTables } from './outbox/event-schema.ts'
import { createOutbox } from './outbox/outbox.ts'
import { type EventDatabase, eventDatabase, eventMigrations } from './outbox/testing/event-database.ts'
import { createRoutes } from './routes.ts'
import { serve } from './serve.ts'
import type { OpenService, Service } from './service.ts'
import { type CommonSettings, commonSettings } from './settings.ts'
import { keptLog } from './testing/test-app.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

const settings = z.object(commonSettings)
const stop = { reason: 'SIGTERM', exitCode: 0, drainMilliseconds: 0, delayed: false }

let publisher: EventDatabase
let consumer: EventDatabase
let bus: TestDatabase<unknown>
beforeAll(async () => {
  publisher = await eventDatabase()
  consumer = await eventDatabase()
  bus = await testDatabase(busMigrations)
})
afterAll(() => Promise.all([publisher, consumer, bus].map((database) => database.drop())))

/** A service with events and nothing else, as run-service.ts would serve it. */
async function serving(
  name: 'users' | 'catalog',
  database: EventDatabase,
  parts: Pick<Service<CommonSettings, EventTables>, 'publishes' | 'consumes'> &
    Partial<OpenService<EventTables>> & { readonly shutdownDelay?: string },
) {
  const { publishes = [], consumes = parts.consumers?.map(({ name: each }) => each) ?? [] } = parts
  const { shutdownDelay: SHUTDOWN_DELAY = '0', publishes: _, consumes: __, ...opened } = parts
  const { logger, lines } = keptLog()
  const service: Service<CommonSettings, EventTables> = {
    facts: services[name],
    settings,
    migrations: eventMigrations,
    requestLimit: { perMinute: null, alwaysLimited: [] },
    publishes,
    consumes,
    open: async () => ({ routes: createRoutes(), close: async () => undefined, ...opened }),
  }
  const environment = { SHOP_ENV: 'test', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', SHUTDOWN_DELAY }
  const urls = { DATABASE_URL: database.url, EVENT_BUS_URL: bus.url }
  const running = await serve(service, { settings: settings.parse({ ...environment, ...urls }), logger })
  const listening = lines().find(({ message }) => message === 'listening')
  const at = (port: unknown, path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  return {
    ...running,
    lines,
    ready: async () => (await at(listening?.port, '/health?check=ready')).json(),
    metrics: async () => (await at(listening?.metrics_port, '/metrics')).text(),
  }
}

const outbox = createOutbox(services.users.longName)
const closeAccount = (userId: string) =>
  publisher.kysely.transaction().execute((transaction) =>
    outbox.append(
      transaction,
      [{ type: 'user.closed.v1', subject: userId, data: eventCatalogue['user.closed.v1'].example }],
      {
        requestId: 'req-1',
      },
    ),
  )

test('what one service tells another one hears, over the bus that both are told of', async () => {
  const heard: string[] = []
  const events = shopEvents<EventTables>({ 'user.closed.v1': async (_, { subject }) => void heard.push(subject) })
  const users = await serving('users', publisher, { publishes: ['user.closed.v1'] })
  const catalog = await serving('catalog', consumer, { consumers: [{ name: 'catalog-closed', events }] })
  const userId = randomUUID()
  await closeAccount(userId)
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([userId])
  expect(await users.ready()).toMatchObject({ status: 'ok', checks: { bus: 'up', database: 'up' } })
  expect(await catalog.ready()).toMatchObject({ status: 'ok', checks: { bus: 'up' } })
  expect(await users.metrics()).toMatch(/^events_published_total\{type="user.closed.v1"\} 1$/m)
  expect(await users.metrics()).not.toContain('events_handled_total')
  expect(await catalog.metrics()).toMatch(/^events_handled_total\{.*consumer="catalog-closed",result="done"\} 1$/m)
  expect(await catalog.metrics()).not.toContain('outbox_lag_seconds')
  await Promise.all([users.stop(stop), catalog.stop(stop)])
})

test('a consumer that is not named beforehand is not opened: nobody could tell its name to who asks', async () => {
  const consumers = [{ name: 'catalog-unnamed', events: {} }]
  await expect(serving('catalog', consumer, { consumers, consumes: ['catalog-closed'] })).rejects.toThrow(
    'consumes of catalog does not name catalog-unnamed',
  )
})

async function joined(group: string): Promise<boolean> {
  const { rows } = await sql`select from bus_groups where name = ${group}`.execute(bus.kysely)
  return rows.length > 0
}

const processedBySlow = async () =>
  (await consumer.kysely.selectFrom('processed_events').selectAll().where('consumer', '=', 'catalog-slow').execute())
    .length

test('E21: a stop lets the handler that runs end before what the service opened is closed, and tells the bus so', async () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const order: string[] = []
  const events = shopEvents<EventTables>({
    'user.closed.v1': async () => {
      begun.resolve()
      await goOn.promise
      order.push('handled')
    },
  })
  const users = await serving('users', publisher, { publishes: ['user.closed.v1'] })
  const consumers = [{ name: 'catalog-slow', from: 'now' as const, events }]
  const catalog = await serving('catalog', consumer, { consumers, close: async () => void order.push('closed') })
  await expect.poll(() => joined('catalog-slow')).toBe(true)
  await closeAccount(randomUUID())
  await begun.promise
  const stopped = catalog.stop(stop)
  goOn.resolve()
  await stopped
  expect(order).toEqual(['handled', 'closed'])
  expect(await processedBySlow()).toBe(1)
  await users.stop(stop)
})

test('E21: a handler has its whole time from the end of the delay on, however long that was', async () => {
  const begun = Promise.withResolvers<void>()
  const order: string[] = []
  const events = shopEvents<EventTables>({
    'user.closed.v1': async (transaction) => {
      begun.resolve()
      // Longer than ten seconds after the signal, and shorter than eight after the delay; never idle for so long.
      for (let second = 0; second < 11; second += 1) {
        await delay(1_000)
        await sql`select 1`.execute(transaction)
      }
      order.push('handled')
    },
  })
  const users = await serving('users', publisher, { publishes: ['user.closed.v1'] })
  const consumers = [{ name: 'catalog-slower', from: 'now' as const, events }]
  const close = async () => void order.push('closed')
  const catalog = await serving('catalog', consumer, { consumers, close, shutdownDelay: '5' })
  await expect.poll(() => joined('catalog-slower')).toBe(true)
  await closeAccount(randomUUID())
  await begun.promise
  await catalog.stop({ ...stop, delayed: true })
  expect(order).toEqual(['handled', 'closed'])
  expect(catalog.lines().filter(({ level }) => level === 'WARN')).toEqual([])
  await users.stop(stop)
})
