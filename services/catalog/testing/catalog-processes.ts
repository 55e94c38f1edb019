import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { requireValidEvents } from '../../kit/testing/written-events.ts'
import { catalogMigrations } from '../catalog-service.ts'
import type { CatalogTables } from '../schema.ts'
import { type Answer, readAnswer, requestOf, type Send, type Sending } from './answer.ts'
import { type StockRows, stockRows } from './stock-rows.ts'
import { usersStandIn } from './users-stand-in.ts'

/** The catalog as processes of their own, on one database. */
export type CatalogProcesses = StockRows & {
  readonly kysely: Kysely<CatalogTables>
  /** Those that were started and not ended by this. */
  readonly running: ServiceProcess[]
  start(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** SIGKILL. */
  kill(process: ServiceProcess): Promise<void>
  /** To the running processes in turn. */
  send: Send
  /** Rejects where the process dies before it has answered. */
  sendTo(
    process: ServiceProcess,
    request: Sending & { readonly method: string; readonly path: string },
  ): Promise<Answer>
  close(): Promise<void>
}

const main = join(import.meta.dirname, '..', 'main.ts')

export async function catalogProcesses({ count }: { readonly count: number }): Promise<CatalogProcesses> {
  const database = await testDatabase<CatalogTables>(catalogMigrations)
  const users = await usersStandIn()
  const running: ServiceProcess[] = []
  let turn = 0

  const processes: CatalogProcesses = {
    ...(await stockRows(database.kysely)),
    kysely: database.kysely,
    running,
    async start(settings = {}) {
      const started = await startService(main, {
        DATABASE_URL: database.url,
        DATABASE_POOL: '25',
        USERS_URL: users.url,
        CURSOR_KEY: 'a-cursor-key-of-the-tests-0123456789abcdef',
        SERVICE_CLIENT_SECRET: 'catalog-secret-of-the-tests-0123456789abcdef',
        ...settings,
      })
      running.push(started)
      return started
    },
    async kill(process) {
      const index = running.indexOf(process)
      if (index >= 0) running.splice(index, 1)
      await process.kill()
    },
    async send(method, path, more = {}) {
      turn += 1
      const process = running[turn % running.length]
      if (process === undefined) throw new Error('no process is running')
      return processes.sendTo(process, { method, path, ...more })
    },
    async sendTo(process, { method, path, ...more }) {
      const authorization = more.as === undefined ? undefined : await users.authorizationOf(more.as)
      return readAnswer(await fetch(`${process.url}${path}`, requestOf(method, more, authorization)))
    },
    async close() {
      await Promise.all(running.map((process) => process.kill()))
      await users.close()
      await requireValidEvents(database.kysely, 'catalog').finally(() => database.drop())
    },
  }
  await Promise.all(Array.from({ length: count }, () => processes.start()))
  return processes
}
