import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../platforms/local/ports.ts'
import { cancelOpenOrders } from './cancel-open-orders.ts'

let close: () => void = () => undefined
afterEach(() => close())

type Order = { readonly id: string; readonly status: string }

type Shop = {
  readonly has: readonly Order[]
  readonly keeps?: readonly string[]
  /** What it answers before it comes to its senses. */
  readonly first?: readonly number[]
}

/** A shop that has these orders of its one customer, lists a hundred at most, and cancels all but those that it keeps. */
const startShop = async ({ has, keeps = [], first = [] }: Shop) => {
  const troubles = first.values()
  const orders = new Map(has.map(({ id, status }) => [id, status]))
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop')
    const say = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    request.resume().on('end', () => {
      const trouble = troubles.next()
      if (trouble.done === false) return say(trouble.value, {})
      const id = /^\/api\/v1\/orders\/(.+)\/cancel$/.exec(pathname)?.[1]
      if (id === undefined) {
        const found = [...orders].filter(([, status]) => status === searchParams.get('status'))
        return say(200, { data: found.slice(0, Number(searchParams.get('limit'))).map(([one]) => ({ id: one })) })
      }
      if (keeps.includes(id)) return say(422, {})
      orders.delete(id)
      return say(200, {})
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  close = () => {
    server.close()
    server.closeAllConnections()
  }
  const entry = { url: `http://127.0.0.1:${port}`, headers: {} }
  return { orders, place: { entry, limitKey: null, signal: AbortSignal.timeout(20_000) } }
}

const email = 'ada@shop.example'
const login = { email, token: 'token', endsAtEpochMilliseconds: Date.now() + 600_000 }
const buyers = { accounts: [email], password: 'a word', logins: [login] }
const many = (count: number, status: string) =>
  Array.from({ length: count }, (_, at) => ({ id: `${status}-${at}`, status }))

test('a customer with more open orders than a page holds has none in the end', async () => {
  const { place, orders } = await startShop({ has: [...many(230, 'paid'), ...many(101, 'pending')] })
  expect(await cancelOpenOrders(place, buyers)).toBe(0)
  expect([...orders.keys()]).toEqual([])
})

test('what cannot be cancelled is counted, tried once, and keeps no other from being cancelled', async () => {
  const keeps = ['paid-0', 'paid-150']
  const { place, orders } = await startShop({ has: many(205, 'paid'), keeps })
  expect(await cancelOpenOrders(place, buyers)).toBe(2)
  expect([...orders.keys()]).toEqual(keeps)
})

test('a shop that is busy is asked again', async () => {
  const { place, orders } = await startShop({ has: many(2, 'paid'), first: [503] })
  expect(await cancelOpenOrders(place, buyers)).toBe(0)
  expect([...orders.keys()]).toEqual([])
})

test('an account that is closed has nothing open; one that nobody can ask may have', async () => {
  const unknown = { ...buyers, logins: [] }
  const closed = await startShop({ has: many(1, 'paid'), first: [401] })
  expect(await cancelOpenOrders(closed.place, unknown)).toBe(0)
  close()
  const broken = await startShop({ has: many(1, 'paid'), first: [500] })
  await expect(cancelOpenOrders(broken.place, unknown)).rejects.toThrow('nobody could log in: answered 500')
})

test('where the shop does not say which orders there are, none counts as cancelled', async () => {
  const { place } = await startShop({ has: many(1, 'paid'), first: [500] })
  await expect(cancelOpenOrders(place, buyers)).rejects.toThrow('/api/v1/orders?status=pending&limit=100: answered 500')
})
