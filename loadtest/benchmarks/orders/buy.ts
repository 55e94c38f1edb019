import { randomUUID } from 'node:crypto'
import type { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { testAddress } from '../../../services/orders/testing/test-address.ts'
import { exchange } from '../services/http-call.ts'

export type Shopping = {
  readonly ordersUrl: string
  readonly tokens: readonly string[]
  readonly productIds: readonly string[]
  readonly agent: Agent
}

export type Bought = {
  /** Of performance.now(): when payment was begun, and when it was answered. */
  readonly payingAt: number
  readonly paidAt: number
  /** How often it was told to come again, as on a machine that does other things as well. */
  readonly repeats: number
}

const orderSchema = z.object({ id: z.string(), status: z.string() })
/** A key whose request got lost is free again after a minute. */
const triesAtMost = 90
const repeatMilliseconds = 1_000
/** So many that few buy the same at the same time. */
const productsInUse = 1_000

/** What a customer does: an order with one product, another product into it, and paid. Rejects unless it is paid. */
export const buy = async ({ ordersUrl, tokens, productIds, agent }: Shopping, index: number): Promise<Bought> => {
  const token = tokens[index % tokens.length] ?? ''
  let repeats = 0
  const post = async (path: string, body: unknown, expected: number) => {
    const call = {
      url: `${ordersUrl}/api/v1/orders${path}`,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    } as const
    for (let tries = 1; ; tries++) {
      const { status, text } = await exchange(call, agent)
      if (status === expected) return orderSchema.parse(JSON.parse(text))
      const isLater = status === 503 || text.includes('/in-progress')
      if (!isLater || tries === triesAtMost) throw new Error(`POST ${call.url}: ${status} ${text}`)
      repeats++
      await pause(repeatMilliseconds)
    }
  }
  const item = (place: number) => ({ product_id: productIds[(2 * index + place) % productsInUse], quantity: 1 })
  const { id } = await post('', { items: [item(0)], shipping_address: testAddress }, 201)
  await post(`/${id}/items`, item(1), 200)
  const payingAt = performance.now()
  const { status } = await post(`/${id}/payment`, { provider: 'simulated', method_token: 'tok_ok' }, 200)
  const paidAt = performance.now()
  if (status !== 'paid') throw new Error(`order ${id} is ${status}`)
  return { payingAt, paidAt, repeats }
}
