import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { LoggedIn } from '../../../loadtest/scenarios/shop-settings.ts'
import type { Exchange } from '../../smoke/exchange.ts'
import { askShop, forEachFew, logInToShop, type ShopPlace } from './shop-account.ts'

const ordersSchema = z.object({ data: z.array(z.object({ id: z.string() })) })
/** A payment whose process or request was lost is gone on with after a minute, and until then nobody may cancel. */
const tries = 90
const betweenMilliseconds = 1_000
const spare = 60_000

export type Buyers = {
  readonly accounts: readonly string[]
  readonly password: string
  /** Of some of them, as far as they have not ended. */
  readonly logins: readonly LoggedIn[]
}

/**
 * What somebody was paying at the very moment when the load ended; all else customers have cancelled themselves. Answers
 * how many orders could not be cancelled.
 */
export const cancelOpenOrders = async (place: ShopPlace, { accounts, password, logins }: Buyers): Promise<number> => {
  let left = 0
  await forEachFew(accounts, async (email) => {
    const present = logins.find((one) => one.email === email && one.endsAtEpochMilliseconds > Date.now() + spare)
    const login = present ?? (await logInToShop(place, { email, password })).login
    // Closed already, by a run before that did not come to its end.
    if (login !== null) left += await cancelOrdersOf(place, login)
  })
  return left
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
    const { answer } = await askShop(place, { method: 'GET', path, headers })
    if (answer?.status !== 200) return 1
    const orders = ordersSchema.parse(JSON.parse(answer.text)).data
    const untried = orders.filter(({ id }) => !tried.has(id))
    if (untried.length === 0) return orders.length
    await Promise.all(untried.map(({ id }) => cancel(place, { id, headers })))
    for (const { id } of untried) tried.add(id)
  }
}

type Cancelling = { readonly id: string; readonly headers: Readonly<Record<string, string>> }

const cancel = async (place: ShopPlace, { id, headers }: Cancelling): Promise<void> => {
  const body = { reason: 'ordered by a load test' }
  const ask = (): Promise<Exchange> =>
    askShop(place, { method: 'POST', path: `/api/v1/orders/${id}/cancel`, headers, body })
  let asked = await ask()
  for (let tried = 1; asked.answer?.status === 409 && tried < tries; tried++) {
    await pause(betweenMilliseconds, undefined, { signal: place.signal })
    asked = await ask()
  }
}
