import { sql } from 'kysely'
import { expect, vi } from 'vitest'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import type { Answer } from './answer.ts'
import type { CatalogProcesses } from './catalog-processes.ts'

export type CachedProducts = {
  read(process: ServiceProcess, id: string, as?: string): Promise<Answer>
  /** Through the API, with the version that the product has now; its new name is the answer's. */
  rename(process: ServiceProcess, id: string, name: string): Promise<Answer>
  /** Of the process's metrics; 0 where there is no such series. */
  metric(process: ServiceProcess, series: string): Promise<number>
  /** How often it has read a product from its table. */
  loads(process: ServiceProcess): Promise<number>
  /** Until it hears of every change. */
  hearsChanges(process: ServiceProcess): Promise<void>
  /** As if nobody had heard of what is written meanwhile. */
  silently(write: () => Promise<unknown>): Promise<void>
  /** Ends the connections on which changes are heard; they come back by themselves. */
  cutFeeds(): Promise<void>
}

/** How tests read and change single products through processes that cache them. */
export function cachedProducts(catalog: CatalogProcesses): CachedProducts {
  const metric: CachedProducts['metric'] = async (process, series) => {
    const lines = (await (await fetch(process.metricsUrl)).text()).split('\n')
    return Number(lines.find((line) => line.startsWith(`${series} `))?.split(' ')[1] ?? 0)
  }
  return {
    read: (process, id, as) =>
      catalog.sendTo(process, { method: 'GET', path: `/api/v1/products/${id}`, ...(as === undefined ? {} : { as }) }),
    async rename(process, id, name) {
      const { rows } = await sql<{ sku: string; version: number; category_id: string }>`
        select sku, version, category_id from products where id = ${id}`.execute(catalog.kysely)
      const [row] = rows
      if (row === undefined) throw new Error(`there is no product ${id}`)
      return catalog.sendTo(process, {
        method: 'PUT',
        path: `/api/v1/products/${id}`,
        as: 'admin',
        headers: { 'if-match': `"${row.version}"` },
        body: { sku: row.sku, name, price: 100, currency: 'EUR', category_id: row.category_id, active: true },
      })
    },
    metric,
    loads: (process) => metric(process, 'cache_load_total{cache="products"}'),
    hearsChanges: (process) =>
      vi.waitFor(async () => expect(await metric(process, 'cache_degraded{cache="products"}')).toBe(0), 10_000),
    async silently(write) {
      await sql`alter table products disable trigger products_tell_update`.execute(catalog.kysely)
      try {
        await write()
      } finally {
        await sql`alter table products enable trigger products_tell_update`.execute(catalog.kysely)
      }
    },
    async cutFeeds() {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like '% changes'`.execute(catalog.kysely)
    },
  }
}
