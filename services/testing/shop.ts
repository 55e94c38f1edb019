import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Kysely } from 'kysely'
import { catalogMigrations } from '../catalog/catalog-service.ts'
import type { CatalogTables } from '../catalog/schema.ts'
import { startTestEdge, type TestEdge } from '../edge/testing/test-edge.ts'
import { busMigrations } from '../kit/bus/postgres/bus-tables.ts'
import { freePort } from '../kit/testing/free-port.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { testDatabase } from '../kit/testing/test-database.ts'
import { requireValidEvents } from '../kit/testing/written-events.ts'
import { ordersMigrations } from '../orders/orders-service.ts'
import type { OrdersTables } from '../orders/schema.ts'
import type { ServiceName } from '../registry.ts'
import type { UsersTables } from '../users/schema.ts'
import { usersService } from '../users/users-service.ts'
import { type Callers, createCallers } from './callers.ts'
import { serviceSettings } from './service-settings.ts'

/** All three services as processes of their own, each on a database of its own, and the edge in front of them. */
export type Shop = {
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>
  readonly edge: TestEdge
  readonly edgeUrl: string
  readonly users: Kysely<UsersTables>
  readonly catalog: Kysely<CatalogTables>
  readonly orders: Kysely<OrdersTables>
  /** Of the databases, for who reads them by itself. */
  readonly urls: Readonly<Record<ServiceName | 'bus', string>>
  readonly callers: Callers
  /** One more process of a service, on the same database, with other settings. */
  another(name: ServiceName, settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  close(): Promise<void>
}

export type ShopSettings = Partial<Record<ServiceName, Readonly<Record<string, string>>>> & {
  /** Of a collector that is told of every request, from the edge on. */
  readonly collector?: string
}

export async function openShop({ collector, ...settings }: ShopSettings = {}): Promise<Shop> {
  const [users, catalog, orders, bus] = await Promise.all([
    testDatabase<UsersTables>(usersService.migrations),
    testDatabase<CatalogTables>(catalogMigrations),
    testDatabase<OrdersTables>(ordersMigrations),
    testDatabase<unknown>(busMigrations, { poolSize: 2 }),
  ])
  const urls = { users: users.url, catalog: catalog.url, orders: orders.url, bus: bus.url }
  const ports = { users: await freePort(), catalog: await freePort(), orders: await freePort() }
  const environment = serviceSettings({
    usersUrl: `http://127.0.0.1:${ports.users}`,
    catalogUrl: `http://127.0.0.1:${ports.catalog}`,
  })
  const tracing: Readonly<Record<string, string>> =
    collector === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_SAMPLER_ARG: '1' }
  const started: ServiceProcess[] = []
  const start = async (name: ServiceName, more: Readonly<Record<string, string>>) => {
    const main = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))
    const place = { DATABASE_URL: urls[name], EVENT_BUS_URL: urls.bus, LOG_LEVEL: 'info', ...tracing }
    const process = await startService(main, { ...environment[name], ...place, ...settings[name], ...more })
    started.push(process)
    return process
  }
  const kill = () => Promise.all(started.map((process) => process.kill()))
  // One after the other: who is asked too early is not asked again for a while.
  const startWhole = async (name: ServiceName) => {
    const process = await start(name, { PORT: String(ports[name]) })
    await waitUntilWhole(process)
    return process
  }
  const startAll = async () => ({
    users: await startWhole('users'),
    catalog: await startWhole('catalog'),
    orders: await startWhole('orders'),
  })
  const services = await startAll().catch(async (error: unknown) => {
    await kill()
    throw error
  })
  const upstreams = { users: services.users.url, catalog: services.catalog.url, orders: services.orders.url }
  const edge = await startTestEdge({ current: { release: 1, upstreams } }, { collector })
  return {
    services,
    edge,
    edgeUrl: `http://127.0.0.1:${edge.ports.public}`,
    users: users.kysely,
    catalog: catalog.kysely,
    orders: orders.kysely,
    urls,
    callers: await createCallers(users.kysely),
    another: (name, more = {}) => start(name, more),
    async close() {
      await edge.stop()
      await kill()
      await Promise.all([
        requireValidEvents(users.kysely, 'users').finally(() => users.drop()),
        requireValidEvents(catalog.kysely, 'catalog').finally(() => catalog.drop()),
        requireValidEvents(orders.kysely, 'orders').finally(() => orders.drop()),
        bus.drop(),
      ])
    },
  }
}

async function waitUntilWhole({ url, lines }: ServiceProcess): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const answer = await fetch(`${url}/health?check=ready`)
    const text = await answer.text()
    if (answer.status === 200 && text.includes('"status":"ok"')) return
    if (performance.now() > deadline) throw new Error(`not whole: ${text} ${JSON.stringify(lines().slice(-5))}`)
    await delay(50)
  }
}
