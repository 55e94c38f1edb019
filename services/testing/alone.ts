import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { catalogMigrations } from '../catalog/catalog-service.ts'
import { usersStandIn } from '../catalog/testing/users-stand-in.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { usersService } from '../users/users-service.ts'
import { serviceSettings } from './service-settings.ts'

export const aloneNames = ['users', 'catalog'] as const
export type AloneName = (typeof aloneNames)[number]

export const migrationsOf = { users: usersService.migrations, catalog: catalogMigrations } as const

/** What asks the database, needs no token and changes nothing, and its answer. */
export const reads = {
  users: { path: '/api/v1/auth/login', status: 401 },
  catalog: { path: '/api/v1/categories', status: 200 },
} as const

export const readOf = (name: AloneName) => ({
  path: reads[name].path,
  // Never the same address, of which too many are refused.
  body: name === 'users' ? { email: `${randomUUID()}@shop.test`, password: 'not the password' } : undefined,
})

/** The table that the read asks: who locks it, holds the read up. */
export const tableOf = { users: 'users', catalog: 'categories' } as const

export type Alone = {
  start(name: AloneName, settings: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** Kills what still runs. */
  close(): Promise<void>
}

/** Single services as processes, the catalog with a stand-in for the users service. */
export async function openAlone(): Promise<Alone> {
  const users = await usersStandIn()
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
