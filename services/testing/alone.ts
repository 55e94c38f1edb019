import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { catalogMigrations } from '../catalog/catalog-service.ts'
import { usersStandIn } from '../catalog/testing/users-stand-in.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { testKey, testToken } from '../kit/testing/token-kit.ts'
import { ordersMigrations } from '../orders/orders-service.ts'
import { usersService } from '../users/users-service.ts'
import { serviceSettings } from './service-settings.ts'
import type { LoadRequest } from './steady-load.ts'

export const aloneNames = ['users', 'catalog', 'orders'] as const
export type AloneName = (typeof aloneNames)[number]

export const migrationsOf = {
  users: usersService.migrations,
  catalog: catalogMigrations,
  orders: ordersMigrations,
} as const

/** What asks the database and changes nothing, and its answer. */
export const reads = {
  users: { path: '/api/v1/auth/login', status: 401 },
  catalog: { path: '/api/v1/categories', status: 200 },
  orders: { path: '/api/v1/orders', status: 200 },
} as const

const key = testKey('tests')
const customer = randomUUID()
const authorization = `Bearer ${await testToken(key, new Date(), { claims: { sub: customer, sid: customer } })}`

export const readOf = (name: AloneName): LoadRequest => ({
  path: reads[name].path,
  // Never the same address, of which too many are refused.
  body: name === 'users' ? { email: `${randomUUID()}@shop.test`, password: 'not the password' } : undefined,
  headers: name === 'orders' ? { authorization } : {},
})

/** What writes without asking anyone but the users service, anew each time, and its answer. */
export const writes = {
  users: {
    status: 202,
    next: (): LoadRequest => ({
      path: '/api/v1/auth/register',
      body: { email: `${randomUUID()}@shop.test`, password: 'correct horse battery staple', name: 'Some Person' },
    }),
    /** Counts what is there without what was written with it. */
    halves: `select count(*) as count
      from users full join (select user_id from audit_logs where action = 'register') as entries
        on entries.user_id = users.id where users.id is null or entries.user_id is null`,
  },
  orders: {
    status: 201,
    next: (): LoadRequest => ({
      path: '/api/v1/orders',
      body: {},
      headers: { authorization, 'idempotency-key': randomUUID() },
    }),
    halves: `select count(*) as count
      from orders full join (select resource_id from idempotency_keys where answer_status = 201) as answered
        on answered.resource_id = orders.id
      left join order_status_history as history on history.order_id = orders.id
      where orders.id is null or answered.resource_id is null or history.order_id is null`,
  },
} as const

/** The table that the read asks: who locks it, holds the read up. */
export const tableOf = { users: 'users', catalog: 'categories', orders: 'orders' } as const

export type Alone = {
  start(name: AloneName, settings: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** Kills what still runs. */
  close(): Promise<void>
}

/** Single services as processes, with a stand-in for the users service. */
export async function openAlone(): Promise<Alone> {
  const users = await usersStandIn(key)
  const started: ServiceProcess[] = []
  return {
    async start(name, settings) {
      const environment = serviceSettings({ usersUrl: users.url, catalogUrl: users.url })[name]
      const main = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))
      const service = await startService(main, { ...environment, LOG_LEVEL: 'info', ...settings })
      started.push(service)
      return service
    },
    async close() {
      await Promise.all(started.map((service) => service.kill()))
      await users.close()
    },
  }
}
