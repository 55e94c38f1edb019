import { setTimeout as pause } from 'node:timers/promises'
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

/** In words, with no more of a page than tells what is wrong. */
export const whatCame = ({ answer, silence }: Exchange): string =>
  silence ?? `answered ${answer?.status}: ${answer?.text.slice(0, 300) ?? ''}`

/** A shop that is busy, or just gets a new pod, is asked again. Only for what may be done twice. */
export const askPatiently = async (
  ask: () => Promise<Exchange>,
  { signal, tries = 10, again = isBusy }: { signal: AbortSignal; tries?: number; again?(asked: Exchange): boolean },
): Promise<Exchange> => {
  for (let tried = 1; ; tried++) {
    const asked = await ask()
    if (tried >= tries || !again(asked)) return asked
    await pause(againMilliseconds, undefined, { signal })
  }
}

export const isBusy = ({ answer }: Exchange): boolean => answer === null || answer.status === 503

const againMilliseconds = 1_000

export type Credentials = { readonly email: string; readonly password: string }

/** The exchange too, where nobody was let in: it tells why. */
export const logInToShop = async (
  place: ShopPlace,
  { email, password }: Credentials,
): Promise<{ readonly login: LoggedIn | null; readonly asked: Exchange }> => {
  const ask = () => askShop(place, { method: 'POST', path: loginPath, body: { email, password } })
  const asked = await askPatiently(ask, place)
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
