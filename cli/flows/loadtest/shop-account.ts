import { requestHeaders } from '../../../loadtest/scenarios/limit-token.ts'
import { loggedIn, loginPath } from '../../../loadtest/scenarios/sessions.ts'
import type { LoggedIn } from '../../../loadtest/scenarios/shop-settings.ts'
import type { EntryPoint } from '../../platforms/platform.ts'
import { type Ask, type Exchange, exchange } from '../../smoke/exchange.ts'

const seconds = 10

export type ShopPlace = { readonly entry: EntryPoint; readonly limitKey: string | null; readonly signal: AbortSignal }

/** One request of a run that is none of its load. */
export const askShop = ({ entry, limitKey, signal }: ShopPlace, asked: Ask): Promise<Exchange> => {
  const headers = requestHeaders({ headers: asked.headers ?? {}, limitKey }, () => new Date())()
  return exchange({ ...asked, headers }, { entry, seconds, signal })
}

export type Credentials = { readonly email: string; readonly password: string }

/** The exchange too, where nobody was let in: it tells why. */
export const logInToShop = async (
  place: ShopPlace,
  { email, password }: Credentials,
): Promise<{ readonly login: LoggedIn | null; readonly asked: Exchange }> => {
  const asked = await askShop(place, { method: 'POST', path: loginPath, body: { email, password } })
  const login = asked.answer?.status === 200 ? loggedIn(email, JSON.parse(asked.answer.text)) : null
  return { login, asked }
}

/** Does something for each, a few at a time: passwords take a core each. */
export const forEachFew = async <Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> => {
  const waiting = items.toReversed()
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await act(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

const atOnce = 4
