import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { testAddress } from '../../orders/testing/test-address.ts'
import type { Person } from '../callers.ts'
import type { Answer } from '../role-matrix.ts'
import { sendTo } from '../world.ts'
import { seen } from './together.ts'

export type Item = { readonly product_id: string; readonly quantity: number }

export type PayWish = { readonly provider?: string; readonly token?: string; readonly key?: string }

/** Longer than a key is held by a request that could not give it back. */
const payMilliseconds = 120_000

export type Buyer = ReturnType<typeof buyerAt>

/** What a person does at orders, each with a key of its own where none is given. */
export function buyerAt(url: string, as: Person) {
  const send = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
    sendTo(url, { method, path: `/api/v1/orders${path}`, as, body, headers })
  const post = (path: string, body: unknown, key: string = randomUUID()): Promise<Answer> =>
    send('POST', path, body, { 'idempotency-key': key })
  const create = (items: readonly Item[], key?: string) => post('', { items, shipping_address: testAddress }, key)
  const buyer = {
    as,
    send,
    post,
    create,
    /** A draft of these products, one of each; its id. */
    async draft(...products: readonly string[]): Promise<string> {
      const answer = await create(products.map((product_id) => ({ product_id, quantity: 1 })))
      if (answer.status !== 201) throw new Error(`no draft: ${answer.status} ${answer.text}`)
      return String(answer.json.id)
    },
    /** Paid with a token that succeeds; its id. */
    async paid(...products: readonly string[]): Promise<string> {
      const id = await buyer.draft(...products)
      const answer = await buyer.pay(id)
      if (answer.status !== 200) throw new Error(`not paid: ${answer.status} ${answer.text}`)
      return id
    },
    pay: (id: string, { provider = 'simulated', token = 'tok_ok', key }: PayWish = {}) =>
      post(`/${id}/payment`, { provider, method_token: token }, key),
    /** The same key again as long as it is told to come later. What it was answered, the last one last. */
    async payUntilAnswered(id: string, { key = randomUUID(), ...wish }: PayWish = {}): Promise<string[]> {
      const answers: string[] = []
      const deadline = performance.now() + payMilliseconds
      for (;;) {
        const answer = await buyer.pay(id, { ...wish, key })
        answers.push(seen(answer))
        if (answer.headers.get('retry-after') === null) return answers
        if (performance.now() > deadline) throw new Error(`not answered for two minutes: ${answers.join(', ')}`)
        // Sooner than it is asked to, for the tests' sake.
        await delay(200)
      }
    },
    add: (id: string, item: Item, key?: string) => post(`/${id}/items`, item, key),
    remove: (id: string, itemId: string) => send('DELETE', `/${id}/items/${itemId}`),
    cancel: (id: string) => send('POST', `/${id}/cancel`, {}),
    ship: (id: string, wish: unknown, key?: string) => post(`/${id}/shipments`, wish, key),
    refund: (id: string, wish: unknown, key?: string) => post(`/${id}/refunds`, wish, key),
    read: (id: string) => send('GET', `/${id}`),
  }
  return buyer
}
