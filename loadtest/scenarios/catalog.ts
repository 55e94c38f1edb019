import { z } from 'zod'
import type { Expectation, Http, HttpResponse } from '../engine/scenario/http.ts'
import { defineScenario, type Scenario, type Step, type User } from '../engine/scenario/scenario.ts'
import { Sessions } from './sessions.ts'
import type { ShopHttp } from './shop-http.ts'
import type { RunData } from './shop-settings.ts'

type State = {
  /** Of the page that was browsed. */
  products: readonly { readonly id: string; readonly name: string }[]
  chosen: string
  token: string | undefined
  review: { readonly id: string; readonly product: string } | null
}

const pageSchema = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })).min(1) })
const reviewSchema = z.object({ id: z.string() })

const sorts = ['name', '-name', 'price', '-price', '-created_at'] as const

const aPage: Expectation = {
  status: 200,
  check: (response) => (pageSchema.safeParse(response.json()).success ? null : 'no products'),
}

const oneOf = <Item>(items: readonly Item[], random: () => number): Item | undefined =>
  items[Math.floor(random() * items.length)]

/** L-2: somebody browses, searches, looks at a product and its stock, and says what they think of it. */
export const catalogScenario = (shop: ShopHttp, data: RunData | null): Scenario => {
  const sessions = data === null ? null : new Sessions(shop, data)
  const get = (http: Http, path: string, expect: Expectation) => shop(http, path, { method: 'GET', expect })

  const steps: Step<State>[] = [
    {
      name: 'browse products',
      async run({ state, random }, http) {
        const sort = oneOf(sorts, random) ?? 'name'
        const answer = await get(http, `/api/v1/products?limit=20&in_stock=true&sort=${sort}`, aPage)
        state.products = pageSchema.parse(answer.json()).data
      },
    },
    {
      name: 'search',
      run({ state, random }, http) {
        const word = wordOf(oneOf(state.products, random)?.name ?? '')
        return get(http, `/api/v1/products?limit=20&q=${encodeURIComponent(word)}`, aPage)
      },
    },
    {
      name: 'view details',
      run({ state, random }, http) {
        state.chosen = oneOf(state.products, random)?.id ?? ''
        return get(http, `/api/v1/products/${state.chosen}`, { status: 200, check: isOf('id', state.chosen) })
      },
    },
    {
      name: 'check inventory',
      run({ state: { chosen } }, http) {
        return get(http, `/api/v1/inventory/${chosen}`, { status: 200, check: isOf('product_id', chosen) })
      },
    },
  ]
  const reviewing: Step<State> = {
    name: 'submit a review',
    async run(user, http) {
      const product = ownProduct(user, data)
      const answer = await shop(http, `/api/v1/products/${product}/reviews`, {
        method: 'POST',
        token: user.state.token,
        body: { rating: 1 + Math.floor(user.random() * 5), comment: 'Written by a load test.' },
        expect: { status: 201 },
      })
      user.state.review = { id: reviewSchema.parse(answer.json()).id, product }
    },
  }

  return defineScenario<State>({
    name: 'catalog',
    weight: 50,
    async start({ number }, http) {
      return { products: [], chosen: '', token: await sessions?.tokenOf(number, http), review: null }
    },
    steps: data === null ? steps : [...steps, reviewing],
    async tidy({ number, state }, http) {
      state.token = await sessions?.tokenOf(number, http)
      if (state.review === null) return
      const { id, product } = state.review
      const path = `/api/v1/products/${product}/reviews/${id}`
      await shop(http, path, { method: 'DELETE', token: state.token, expect: { status: [204, 404] } })
      state.review = null
    },
  })
}

/** The longest word of a name: short ones may be in every text, and are then not searched for. */
const wordOf = (name: string): string =>
  name.split(/[^\p{L}\p{N}]+/u).toSorted((one, other) => other.length - one.length)[0] ?? name

const isOf =
  (member: string, id: string) =>
  (response: HttpResponse): string | null =>
    z.object({ [member]: z.literal(id) }).safeParse(response.json()).success ? null : 'another product'

/** Of those who are the same customer each reviews another product: a customer reviews each but once. */
const ownProduct = ({ number }: User<State>, data: RunData | null): string => {
  if (data === null) return ''
  const among = Math.floor(number / data.accounts.length)
  return data.products[among % data.products.length]?.id ?? ''
}
