import { randomUUID } from 'node:crypto'
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly agent?: Agent | false
}

const answerSeconds = 10
/** Where what is ordered goes. */
export const address = {
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  city: 'London',
  postal_code: 'SW1Y 4JH',
  country: 'GB',
}

/** One request through the edge, never repeated; rejects where the connection breaks before the answer has ended. */
export const ask = (url: string, { method = 'GET', headers = {}, body, agent = false }: Call = {}): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(answerSeconds * 1000)
  const request = httpRequest(url, { method, headers: { ...content, ...headers }, agent, signal }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      text += part
    })
    response.on('error', reject)
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
  })
  request.on('error', reject)
  request.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

export class UnexpectedAnswer extends Error {
  readonly status: number

  constructor(answer: Answer, expectedStatus: number) {
    super(`expected ${expectedStatus}, got ${answer.status}: ${answer.text}`)
    this.status = answer.status
  }
}

/** The body of an answer that has this status. */
const expected = async <Shape>(asked: Promise<Answer>, status: number, schema: z.ZodType<Shape>): Promise<Shape> => {
  const answer = await asked
  if (answer.status === status) return schema.parse(JSON.parse(answer.text))
  throw new UnexpectedAnswer(answer, status)
}

const loginSchema = z.object({ access_token: z.string() })
const productsSchema = z.object({ data: z.array(z.object({ id: z.string(), name: z.string(), price: z.int() })) })
const stockSchema = z.object({ product_id: z.string(), quantity: z.int(), reserved: z.int(), available: z.int() })
const orderSchema = z.object({
  id: z.string(),
  status: z.string(),
  total_cents: z.int(),
  items: z.array(z.object({ product_id: z.string(), quantity: z.int() })),
})
const ordersSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

export type Order = z.infer<typeof orderSchema>

/** Of the simulated provider, which every environment of the tests has. */
export const payment = { provider: 'simulated', method_token: 'tok_ok' } as const

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

export type ShopApi = ReturnType<typeof createShopApi>

/** What a customer does with a shop. Every call throws where the answer is another than that of a healthy shop. */
export const createShopApi = (url: string) => {
  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    ask(`${url}${path}`, { method: 'POST', body, headers })

  const logIn = async (email: string, password: string): Promise<string> =>
    (await expected(post('/api/v1/auth/login', { email, password }), 200, loginSchema)).access_token

  return {
    logIn,
    /** A new customer, logged in. Answers the access token. */
    async register(): Promise<string> {
      const account = { email: `e2e-${randomUUID()}@shop.example`, password: `pass-${randomUUID()}` }
      await expected(post('/api/v1/auth/register', { ...account, name: 'Eve Customer' }), 202, z.object({}))
      return logIn(account.email, account.password)
    },
    async products() {
      return (await expected(ask(`${url}/api/v1/products?limit=50`), 200, productsSchema)).data
    },
    stock: (productId: string) => expected(ask(`${url}/api/v1/inventory/${productId}`), 200, stockSchema),
    /** `token` is an administrator's. */
    async setStock(productId: string, quantity: number, token: string) {
      const path = `${url}/api/v1/inventory/${productId}`
      const tag = String((await ask(path)).headers.etag)
      const headers = { ...bearer(token), 'if-match': tag }
      return expected(ask(path, { method: 'PUT', body: { quantity }, headers }), 200, stockSchema)
    },
    placeOrder(items: Order['items'], { token, key = randomUUID() }: { token: string; key?: string }): Promise<Order> {
      return expected(
        post('/api/v1/orders', { items, shipping_address: address }, { ...bearer(token), 'idempotency-key': key }),
        201,
        orderSchema,
      )
    },
    /** Takes the stock of what was ordered. */
    payOrder(id: string, { token, key = randomUUID() }: { token: string; key?: string }): Promise<Order> {
      const headers = { ...bearer(token), 'idempotency-key': key }
      return expected(post(`/api/v1/orders/${id}/payment`, payment, headers), 200, orderSchema)
    },
    /** The PDF, whatever the answer is: it is made a moment after the order was paid. */
    invoice: (id: string, token: string) =>
      ask(`${url}/api/v1/orders/${id}/invoice`, { headers: { ...bearer(token), accept: 'application/pdf' } }),
    order: (id: string, token: string) =>
      expected(ask(`${url}/api/v1/orders/${id}`, { headers: bearer(token) }), 200, orderSchema),
    async orders(token: string) {
      return (await expected(ask(`${url}/api/v1/orders?limit=100`, { headers: bearer(token) }), 200, ordersSchema)).data
    },
  }
}
