import { z } from 'zod'
import type { LoggedIn } from '../../../loadtest/scenarios/shop-settings.ts'
import type { Exchange } from '../../smoke/exchange.ts'
import {
  askPatiently,
  askShop,
  type Credentials,
  forEachFew,
  isBusy,
  logInToShop,
  type ShopPlace,
  whatCame,
} from './shop-account.ts'

const ordersSchema = z.object({ data: z.array(z.object({ id: z.string() })) })
/** A payment whose process or request was lost is gone on with after a minute, and until then nobody may cancel. */
const tries = 90
const spare = 60_000

export type Buyers = {
  readonly accounts: readonly string[]
  readonly password: string
  /** Of some of them, as far as they have not ended. */
  readonly logins: readonly LoggedIn[]
}

/**
 * What somebody was paying at the very moment when the load ended; all else customers have cancelled themselves. Answers
 * how many orders could not be cancelled. Throws where the shop does not say which there are.
 */
export const cancelOpenOrders = async (place: ShopPlace, { accounts, password, logins }: Buyers): Promise<number> => {
  let left = 0
  await forEachFew(accounts, async (email) => {
    const present = logins.find((one) => one.email === email && one.endsAtEpochMilliseconds > Date.now() + spare)
    const login = present ?? (await logInAgain(place, { email, password }))
    if (login !== null) left += await cancelOrdersOf(place, login)
  })
  return left
}

/** Null for an account that a run before, which did not come to its end, has closed already. */
const logInAgain = async (place: ShopPlace, credentials: Credentials): Promise<LoggedIn | null> => {
  const { login, asked } = await logInToShop(place, credentials)
  if (login === null && asked.answer?.status !== 401) throw new Error(`nobody could log in: ${whatCame(asked)}`)
  return login
}

const cancelOrdersOf = async (place: ShopPlace, { token }: LoggedIn): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` }
  // Who is paying at this moment is found among the pending or, once that is done, among the paid.
  const pending = await cancelAllOf(place, { status: 'pending', headers })
  return pending + (await cancelAllOf(place, { status: 'paid', headers }))
}

type Orders = { readonly status: 'pending' | 'paid'; readonly headers: Readonly<Record<string, string>> }

/** Page by page: what is cancelled makes room for the next. Ends where nothing is left, or nothing that was not tried. */
const cancelAllOf = async (place: ShopPlace, { status, headers }: Orders): Promise<number> => {
  const tried = new Set<string>()
  for (;;) {
    const path = `/api/v1/orders?status=${status}&limit=100`
    const asked = await askPatiently(() => askShop(place, { method: 'GET', path, headers }), place)
    if (asked.answer?.status !== 200) throw new Error(`GET ${path}: ${whatCame(asked)}`)
    const orders = ordersSchema.parse(JSON.parse(asked.answer.text)).data
    const untried = orders.filter(({ id }) => !tried.has(id))
    if (untried.length === 0) return orders.length
    await Promise.all(untried.map(({ id }) => cancel(place, { id, headers })))
    for (const { id } of untried) tried.add(id)
  }
}

type Cancelling = { readonly id: string; readonly headers: Readonly<Record<string, string>> }

const cancel = async (place: ShopPlace, { id, headers }: Cancelling): Promise<void> => {
  const body = { reason: 'ordered by a load test' }
  const ask = () => askShop(place, { method: 'POST', path: `/api/v1/orders/${id}/cancel`, headers, body })
  const again = (asked: Exchange) => isBusy(asked) || asked.answer?.status === 409
  await askPatiently(ask, { signal: place.signal, tries, again })
}
