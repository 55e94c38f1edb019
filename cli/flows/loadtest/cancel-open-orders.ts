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
  const cancelled = await Promise.all(
    ['pending', 'paid'].map(async (status) => {
      const path = `/api/v1/orders?status=${status}&limit=100`
      const { answer } = await askShop(place, { method: 'GET', path, headers })
      if (answer?.status !== 200) return [false]
      const orders = ordersSchema.parse(JSON.parse(answer.text)).data
      return Promise.all(orders.map(({ id }) => cancel(place, { id, headers })))
    }),
  )
  return cancelled.flat().filter((isCancelled) => !isCancelled).length
}

type Cancelling = { readonly id: string; readonly headers: Readonly<Record<string, string>> }

const cancel = async (place: ShopPlace, { id, headers }: Cancelling): Promise<boolean> => {
  const body = { reason: 'ordered by a load test' }
  const ask = (): Promise<Exchange> =>
    askShop(place, { method: 'POST', path: `/api/v1/orders/${id}/cancel`, headers, body })
  let asked = await ask()
  for (let tried = 1; asked.answer?.status === 409 && tried < tries; tried++) {
    await pause(betweenMilliseconds, undefined, { signal: place.signal })
    asked = await ask()
  }
  return asked.answer?.status === 200
}
