import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { anonymous, knownPassword, type Person } from '../../services/testing/callers.ts'
import { type Buyer, buyerAt } from '../../services/testing/money/buyer.ts'
import type { World } from '../../services/testing/role-matrix.ts'

/** Who a story is of: accounts cost a hash each, and are made once. */
export type Cast = { readonly customer: Person; readonly buyer: Buyer; readonly office: Buyer }

export async function castOf(world: World): Promise<Cast> {
  const customer = await world.shop.callers.person()
  const { url } = world.shop.services.orders
  return { customer, buyer: buyerAt(url, customer), office: buyerAt(url, world.admin) }
}

type Send = World['send']

const asAnybody = (send: Send, service: 'users' | 'catalog') => (method: string, path: string, body?: unknown) =>
  send(service, { method, path: `/api/v1${path}`, as: anonymous, ...(body === undefined ? {} : { body }) })

async function account({ send }: World, { customer }: Cast): Promise<void> {
  const ask = asAnybody(send, 'users')
  await ask('POST', '/auth/register', { email: `${randomUUID()}@shop.test`, name: 'New', password: knownPassword })
  await ask('POST', '/auth/login', { email: customer.email, password: 'not the one' })
  const { json } = await ask('POST', '/auth/login', { email: customer.email, password: knownPassword })
  await ask('POST', '/auth/refresh', { refresh_token: json.refresh_token })
  await ask('POST', '/auth/forgot-password', { email: customer.email })
}

async function browsing({ send }: World, product: string): Promise<void> {
  const ask = asAnybody(send, 'catalog')
  await ask('GET', '/products?limit=3')
  await ask('GET', '/products?q=thing')
  await ask('GET', '/products/of-nobody')
  const { headers } = await ask('GET', `/products/${product}`)
  const unchanged = { 'if-none-match': headers.get('etag') ?? '' }
  await send('catalog', { method: 'GET', path: `/api/v1/products/${product}`, as: anonymous, headers: unchanged })
  await ask('GET', '/categories')
  await ask('GET', `/inventory/${product}`)
}

async function buying(world: World, { buyer, office }: Cast): Promise<void> {
  const stocked = () => world.stocked(20)
  const shipped = await buyer.paid(await stocked())
  await office.ship(shipped, { carrier: 'other', tracking_number: randomUUID() })
  const refunded = await buyer.paid(await stocked())
  await office.refund(refunded, { amount_cents: 1, reason: 'of the story' })
  const draft = await buyer.draft(await stocked())
  await buyer.add(draft, { product_id: await stocked(), quantity: 1 })
  await buyer.pay(draft, { token: 'tok_declined' })
  await buyer.cancel(draft)
}

/** Sign up, log in, look around, order, pay, ship, give back: once. */
export async function orderStory(world: World, cast: Cast): Promise<void> {
  await Promise.all([account(world, cast), browsing(world, await world.stocked(20)), buying(world, cast)])
}

const pauseMilliseconds = 200

/** Customers who go on until they are told to end; answers how. */
export function endlessStory(world: World, cast: Cast): () => Promise<void> {
  const stop = new AbortController()
  const goOn = async () => {
    while (!stop.signal.aborted) {
      await orderStory(world, cast)
      await delay(pauseMilliseconds)
    }
  }
  const ended = goOn()
  // Told by who ends it.
  ended.catch(() => undefined)
  return () => {
    stop.abort()
    return ended
  }
}
