import { freePort } from '../../../services/kit/testing/free-port.ts'
import { type PreparedRows, tokenOf } from '../services/prepared-rows.ts'
import type { RunningService, ShopUnderTest } from '../services/shop-under-test.ts'

export type OrdersGround = { readonly shop: ShopUnderTest; readonly rows: PreparedRows; readonly rounds: number }

/** A process of each service, on one bus. */
export type RunningShop = {
  readonly users: RunningService
  readonly catalog: RunningService
  readonly orders: RunningService
  stop(): Promise<void>
}

export type ShopStart = {
  readonly busUrl: string
  /** Of the orders service. */
  readonly nodeOptions?: readonly string[]
}

/** Mails and SMS are written down and wait: nothing here is about a mail server. */
export const startShop = async (
  shop: ShopUnderTest,
  { busUrl: EVENT_BUS_URL, nodeOptions = [] }: ShopStart,
): Promise<RunningShop> => {
  const users = await shop.start('users', { EVENT_BUS_URL })
  const catalog = await shop.start('catalog', { EVENT_BUS_URL, USERS_URL: users.url })
  const orders = await shop.start('orders', {
    EVENT_BUS_URL,
    USERS_URL: users.url,
    CATALOG_URL: catalog.url,
    // The simulated provider tells this very process.
    PORT: String(await freePort()),
    ...(nodeOptions.length === 0 ? {} : { NODE_OPTIONS: nodeOptions.join(' ') }),
  })
  return {
    users,
    catalog,
    orders,
    async stop() {
      for (const service of [orders, catalog, users]) await service.stop()
    },
  }
}

const customersAtOnce = 32

/** Tokens of so many customers as buy at a time; they are good for a quarter of an hour. */
export const signIn = async (running: RunningShop, rows: PreparedRows): Promise<readonly string[]> => {
  const tokens: string[] = []
  // The first may log in is an admin.
  for (const email of rows.emails.slice(1, 1 + customersAtOnce)) tokens.push(await tokenOf(running.users.url, email))
  return tokens
}
