import type { LoggedIn } from '../../../loadtest/scenarios/shop-settings.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Answer, Exchange } from '../../smoke/exchange.ts'
import { forEachFew, logInToShop, type ShopPlace, whatCame } from './shop-account.ts'

export type Customers = {
  readonly accounts: readonly string[]
  readonly password: string
  readonly environment: string
}

/**
 * Logs in all customers of a run, so that a load does not begin with a storm of passwords. Throws LOAD_LIMITED (refused)
 * where the shop takes all of it for one client and would only be measured in its limit (NOTE-24), LOGIN_REFUSED
 * (refused) where it does not let them in.
 */
export const logInAll = async (
  place: ShopPlace,
  { accounts, password, environment }: Customers,
): Promise<readonly LoggedIn[]> => {
  const logins: LoggedIn[] = []
  await forEachFew(accounts, async (email) => {
    const { login, asked } = await logInToShop(place, { email, password })
    refuseLimited(asked, environment)
    if (login === null) throw loginRefused(asked, environment)
    logins.push(login)
  })
  return logins
}

const refuseLimited = ({ answer }: Exchange, environment: string): void => {
  const quota = answer === null ? null : countedIn(answer)
  if (quota === null) return
  throw new ShopctlError({
    code: 'LOAD_LIMITED',
    outcome: 'refused',
    what: `${environment} takes a load test for one client; no load was sent.`,
    why: [`the users service allows a client ${quota} requests a minute, and does not know this one by its key`],
    fix: [
      toType(`deploy --env ${environment}`),
      toType(`secrets set RATE_LIMIT_BYPASS_KEY --env ${environment} --service users`),
    ],
  })
}

/** How many requests a minute it has, where it was counted; whoever is not limited has all of them left each time. */
const countedIn = ({ headers }: Answer): number | null => {
  const quota = /;q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '')?.[1]
  const left = /;r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]
  return quota === undefined || quota === left ? null : Number(quota)
}

const loginRefused = (asked: Exchange, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'LOGIN_REFUSED',
    outcome: 'refused',
    what: `Customers that were made for the load test cannot log in to ${environment}; no load was sent.`,
    why: [whatCame(asked)],
    fix: [toType(`logs users --env ${environment}`)],
  })
