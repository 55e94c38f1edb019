import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { address, ask, bearer, type Call, payment } from './shop-api.ts'

const orderSchema = z.object({ id: z.string() })

export type ClientReport = {
  readonly requests: number
  readonly orders: number
  /** Of them the paid ones. */
  readonly paid: number
  /** One sentence for each request that was not answered as a healthy shop answers. */
  readonly failures: readonly string[]
  /** Every release that answered, by X-Shop-Release, in the order of their first answers. */
  readonly releases: readonly number[]
}

export type ShopClient = {
  report(): ClientReport
  /** Resolves when the newest answer came from this release. */
  waitForRelease(release: number): Promise<void>
  /** Ends when the requests under way have their answers. */
  stop(): Promise<ClientReport>
}

export type ClientOptions = {
  readonly url: string
  /** A customer's token and what they buy; without, the client only reads. */
  readonly buys: { readonly token: string; readonly productId: string } | null
}

/** Two workers with this pause make about 20 requests a second. */
const pauseMilliseconds = 80

/** A customer who reads products, places orders and pays them without end, over connections that are kept. */
export const startClient = ({ url, buys }: ClientOptions): ShopClient => {
  const agent = new Agent({ keepAlive: true })
  const failures: string[] = []
  const releases = new Set<number>()
  const waiting = new Set<() => void>()
  let newest = 0
  let requests = 0
  let orders = 0
  let paid = 0
  let running = true

  const note = (header: unknown) => {
    newest = Number(header)
    if (Number.isInteger(newest)) releases.add(newest)
    for (const look of waiting) look()
  }
  const attempt = async (path: string, { status, ...call }: Call & { status: number }): Promise<string | null> => {
    const at = new Date().toISOString()
    const what = `${at} ${call.method ?? 'GET'} ${path}`
    requests += 1
    try {
      const answer = await ask(`${url}${path}`, { ...call, agent })
      note(answer.headers['x-shop-release'])
      if (answer.status === status) return answer.text
      failures.push(`${what} answered ${answer.status} (release ${newest}): ${answer.text.slice(0, 300)}`)
    } catch (error) {
      failures.push(`${what}: ${error}`)
    }
    return null
  }
  const browse = async () => {
    while (running) {
      await attempt('/api/v1/products?limit=5', { status: 200 })
      await pause(pauseMilliseconds)
    }
  }
  const post = (path: string, body: unknown, { token, status }: { token: string; status: number }) => {
    const headers = { ...bearer(token), 'idempotency-key': randomUUID() }
    return attempt(path, { method: 'POST', body, headers, status })
  }
  const buyOnce = async (body: unknown, token: string) => {
    const order = await post('/api/v1/orders', body, { token, status: 201 })
    if (order === null) return
    orders += 1
    const path = `/api/v1/orders/${orderSchema.parse(JSON.parse(order)).id}/payment`
    if ((await post(path, payment, { token, status: 200 })) !== null) paid += 1
  }
  const buy = async ({ token, productId }: NonNullable<ClientOptions['buys']>) => {
    while (running) {
      await buyOnce({ items: [{ product_id: productId, quantity: 1 }], shipping_address: address }, token)
      await pause(pauseMilliseconds)
    }
  }
  const working = Promise.all([browse(), ...(buys === null ? [] : [buy(buys)])])
  const report = () => ({ requests, orders, paid, failures: [...failures], releases: [...releases] })
  return {
    report,
    async waitForRelease(release) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = () => {
        if (newest === release) resolve()
      }
      const timer = setTimeout(() => reject(new Error(`release ${release} never answered, but ${newest}`)), 20_000)
      waiting.add(look)
      await promise.finally(() => {
        clearTimeout(timer)
        waiting.delete(look)
      })
    },
    async stop() {
      running = false
      await working
      agent.destroy()
      return report()
    },
  }
}
