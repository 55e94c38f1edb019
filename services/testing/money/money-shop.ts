import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { catalogMigrations } from '../../catalog/catalog-service.ts'
import type { CatalogTables } from '../../catalog/schema.ts'
import { busMigrations } from '../../kit/bus/postgres/bus-tables.ts'
import { freePort } from '../../kit/testing/free-port.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { requireValidEvents } from '../../kit/testing/written-events.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { ordersMigrations } from '../../orders/orders-service.ts'
import type { OrdersTables } from '../../orders/schema.ts'
import type { UsersTables } from '../../users/schema.ts'
import { usersService } from '../../users/users-service.ts'
import { type Callers, createCallers, type Person } from '../callers.ts'
import { serviceSettings } from '../service-settings.ts'
import { type Balancer, startBalancer } from './balancer.ts'

type Doubled = 'catalog' | 'orders'

/**
 * Users once, the catalog and orders twice, each pair on one database and behind one port, and one bus for all: the shop
 * as it is where money is at risk. Processes are killed and started again where they were.
 */
export type MoneyShop = {
  /** In front of both processes. */
  readonly ordersUrl: string
  readonly catalogUrl: string
  readonly orders: Kysely<OrdersTables>
  readonly catalog: Kysely<CatalogTables>
  readonly users: Kysely<UsersTables>
  readonly busUrl: string
  /** Of the bus where it is in PostgreSQL; empty where it is elsewhere. */
  readonly bus: Kysely<unknown>
  /** For who reads the databases by itself. */
  readonly urls: Readonly<Record<'users' | Doubled, string>>
  readonly callers: Callers
  /** Those that run now. */
  processes(name: Doubled): readonly ServiceProcess[]
  /** SIGKILL to the process at this place, which stays away until it is started again. */
  kill(name: Doubled, place: number): Promise<void>
  /** On the same port, with other settings where some are given (FAILPOINTS, say). */
  start(name: Doubled, place: number, settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** Written by SQL; its id. */
  product(facts?: { readonly price?: number; readonly quantity?: number; readonly currency?: string }): Promise<string>
  customer(): Promise<Person>
  close(): Promise<void>
}

export type MoneyShopOptions = {
  readonly settings?: Partial<Record<'users' | Doubled, Readonly<Record<string, string>>>>
  /** PostgreSQL where it is left out. */
  readonly busUrl?: string
  /** Of each of the doubled ones; two where it is left out. */
  readonly processes?: number
}

const places = (count: number) => Array.from({ length: count }, (_, place) => place)

export async function openMoneyShop({
  settings = {},
  processes = 2,
  ...options
}: MoneyShopOptions = {}): Promise<MoneyShop> {
  const [users, catalog, orders, bus] = await Promise.all([
    testDatabase<UsersTables>(usersService.migrations),
    testDatabase<CatalogTables>(catalogMigrations),
    testDatabase<OrdersTables>(ordersMigrations),
    testDatabase<unknown>(busMigrations, { poolSize: 2 }),
  ])
  const databases = { users: users.url, catalog: catalog.url, orders: orders.url }
  const busUrl = options.busUrl ?? bus.url
  const front = { catalog: await startBalancer(), orders: await startBalancer() }
  const usersPort = await freePort()
  const common = serviceSettings({ usersUrl: `http://127.0.0.1:${usersPort}`, catalogUrl: front.catalog.url })
  const environment = (name: 'users' | Doubled, port: number) => ({
    ...common[name],
    DATABASE_URL: databases[name],
    EVENT_BUS_URL: busUrl,
    LOG_LEVEL: 'info',
    PORT: String(port),
    ...(name === 'orders' ? { WEBHOOK_BASE_URL: front.orders.url } : {}),
    ...settings[name],
  })
  const ports = {
    catalog: await Promise.all(places(processes).map(freePort)),
    orders: await Promise.all(places(processes).map(freePort)),
  }
  const running: Record<Doubled, (ServiceProcess | undefined)[]> = { catalog: [], orders: [] }
  const tell = (name: Doubled) => front[name].send(ports[name].map((port) => `http://127.0.0.1:${port}`))

  const start: MoneyShop['start'] = async (name, place, more = {}) => {
    const port = ports[name][place]
    if (port === undefined) throw new Error(`there is no place ${place} of ${name}`)
    const process = await startService(mainOf(name), { ...environment(name, port), ...more })
    running[name][place] = process
    return process
  }
  const usersProcess = await startService(mainOf('users'), environment('users', usersPort))
  for (const name of ['catalog', 'orders'] as const) {
    tell(name)
    await Promise.all(places(processes).map((place) => start(name, place)))
  }
  const live = (name: Doubled) => running[name].flatMap((process) => process ?? [])

  const callers = await createCallers(users.kysely)
  const category = uuidV7(new Date())
  await sql`insert into categories (id, name) values (${category}, 'Things')`.execute(catalog.kysely)
  return {
    ordersUrl: front.orders.url,
    catalogUrl: front.catalog.url,
    orders: orders.kysely,
    catalog: catalog.kysely,
    users: users.kysely,
    busUrl,
    bus: bus.kysely,
    urls: databases,
    callers,
    processes: live,
    async kill(name, place) {
      await running[name][place]?.kill()
      running[name][place] = undefined
    },
    start,
    product: (facts) => insertProduct(catalog.kysely, { ...facts, category }),
    customer: () => callers.person('user'),
    async close() {
      await Promise.all([usersProcess, ...live('orders'), ...live('catalog')].map((process) => process.kill()))
      await Promise.all([closeFront(front.catalog), closeFront(front.orders)])
      await Promise.all([
        requireValidEvents(users.kysely, 'users').finally(() => users.drop()),
        requireValidEvents(catalog.kysely, 'catalog').finally(() => catalog.drop()),
        requireValidEvents(orders.kysely, 'orders').finally(() => orders.drop()),
        bus.drop(),
      ])
    },
  }
}

const closeFront = (front: Balancer): Promise<void> => front.close()

const mainOf = (name: string): string => fileURLToPath(new URL(`../../${name}/main.ts`, import.meta.url))

type ProductFacts = {
  readonly category: string
  readonly price?: number
  readonly quantity?: number
  readonly currency?: string
}

async function insertProduct(
  catalog: Kysely<CatalogTables>,
  { category, price = 1_000, quantity = 1_000_000, currency = 'EUR' }: ProductFacts,
): Promise<string> {
  const id = uuidV7(new Date())
  await sql`insert into products (id, sku, name, description, price, currency, category_id)
    values (${id}, ${randomUUID()}, 'Thing', '', ${price}, ${currency}, ${category})`.execute(catalog)
  await sql`insert into inventory (product_id, quantity, location) values (${id}, ${quantity}, 'main')`.execute(catalog)
  if (quantity > 0) {
    await sql`insert into inventory_movements (product_id, delta, reason) values (${id}, ${quantity}, 'adjust')`.execute(
      catalog,
    )
  }
  return id
}
