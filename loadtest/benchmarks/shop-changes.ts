import { randomUUID } from 'node:crypto'
import type { ClusterShop } from '../../cli/e2e/cluster/cluster-shop.ts'

export type ShopService = 'users' | 'catalog' | 'orders'
export const shopServices = ['users', 'catalog', 'orders'] as const satisfies readonly ShopService[]

/** Of a benchmark's own, else a later one would find its images in the registry. */
const mark = randomUUID()

type Change = { readonly service: ShopService; readonly line: string }

/** One line before a service starts. Answers the way back. */
const changeLine = (shop: ClusterShop, { service, line }: Change): Promise<() => Promise<void>> =>
  shop.edit(`services/${service}/main.ts`, (text) =>
    text.replace(/(?:.*\/\/ benchmark\n)?await runService/, `${line} // benchmark\nawait runService`),
  )

/** A release that works and that nobody has had before. */
export const changeService = (shop: ClusterShop, service: ShopService, round: string): Promise<() => Promise<void>> =>
  changeLine(shop, { service, line: `process.env.SHOPCTL_BENCHMARK = '${mark} ${round}'` })

/** Throws at its start, but only where it serves in a pod: else it would never come so far. */
export const breakService = (shop: ClusterShop, service: ShopService, round: string): Promise<() => Promise<void>> =>
  changeLine(shop, {
    service,
    line: `if (process.env.POD_NAME && process.argv.length === 2) throw new Error('broken: ${mark} ${round}')`,
  })
