import { z } from 'zod'
import type { Http } from '../engine/scenario/http.ts'
import type { ShopHttp } from './shop-http.ts'
import type { LoggedIn, RunData } from './shop-settings.ts'

const loginSchema = z.object({ access_token: z.string(), expires_in: z.number() })

/** What the shop answers to a login that it lets in, read at that moment. Throws a ZodError where it is another thing. */
export const loggedIn = (email: string, answer: unknown): LoggedIn => {
  const { access_token: token, expires_in: seconds } = loginSchema.parse(answer)
  return { email, token, endsAtEpochMilliseconds: Date.now() + seconds * 1_000 }
}

export const loginPath = '/api/v1/auth/login'

/** The answer is checked, so that a shop which lets nobody in is seen as one. */
export const logIn = async (
  shop: ShopHttp,
  http: Http,
  credentials: { readonly email: string; readonly password: string },
): Promise<LoggedIn> => {
  const answer = await shop(http, loginPath, {
    method: 'POST',
    body: credentials,
    expect: { status: 200, check: (response) => (loginSchema.safeParse(response.json()).success ? null : 'no token') },
  })
  return loggedIn(credentials.email, answer.json())
}

/** A way is not begun with a login that ends before it; and not all of them are made anew in the same minute. */
const spareMilliseconds = { least: 60_000, most: 360_000 } as const

/** The logins of the accounts that a run was given: several users are one customer on several devices. */
export class Sessions {
  readonly #shop: ShopHttp
  readonly #password: string
  readonly #logins: LoggedIn[]
  readonly #renewing = new Map<number, Promise<LoggedIn>>()

  constructor(shop: ShopHttp, { accounts, password }: RunData) {
    this.#shop = shop
    this.#password = password
    this.#logins = [...accounts]
  }

  /** A token that lasts for a while. Rejects with RequestFailed where one has ended and the shop gives no other. */
  async tokenOf(user: number, http: Http): Promise<string> {
    const account = user % this.#logins.length
    const login = this.#logins[account]
    if (login === undefined) throw new RangeError('a run has at least one account')
    const left = login.endsAtEpochMilliseconds - Date.now()
    if (left > this.#spareOf(account)) return login.token
    const renewed = this.#renewOnce(account, login, http)
    return left > 0 ? renewed.then(tokenIn, () => login.token) : renewed.then(tokenIn)
  }

  #spareOf(account: number): number {
    const { least, most } = spareMilliseconds
    return least + ((most - least) * account) / this.#logins.length
  }

  /** Who comes while another one is at it waits for that login. */
  #renewOnce(account: number, { email }: LoggedIn, http: Http): Promise<LoggedIn> {
    const known = this.#renewing.get(account)
    if (known !== undefined) return known
    const login = logIn(this.#shop, http, { email, password: this.#password })
      .then((renewed) => {
        this.#logins[account] = renewed
        return renewed
      })
      .finally(() => this.#renewing.delete(account))
    this.#renewing.set(account, login)
    return login
  }
}

const tokenIn = ({ token }: LoggedIn): string => token
