import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../kit/testing/scripted-server.ts'

export type StandInProduct = { id: string; sku: string; name: string; price: number; currency: string; stock: number }

type Hold = { id: string; reference: string; state: 'active' | 'released'; items: Map<string, number> }

const reserveBody = z.strictObject({
  reference: z.string(),
  items: z.array(z.strictObject({ product_id: z.uuid(), quantity: z.int() })),
  ttl_seconds: z.int(),
})

export type CatalogStandIn = ScriptedServer & {
  addProduct(facts?: Partial<StandInProduct>): StandInProduct
  readonly holds: ReadonlyMap<string, Hold>
  /** Units of a product that active holds have. */
  held(productId: string): number
  /** Answers in the catalog's place where it returns one; undefined leaves the call to the catalog. */
  disturb(disturbance: Script): void
}

/** The part of the catalog that orders uses, with its contract: one reference is one hold. */
export async function catalogStandIn(): Promise<CatalogStandIn> {
  const server = await scriptedServer()
  const products = new Map<string, StandInProduct>()
  const holds = new Map<string, Hold>()
  let disturbance: Script = () => undefined

  const held = (productId: string) =>
    [...holds.values()]
      .filter(({ state }) => state === 'active')
      .reduce((sum, { items }) => sum + (items.get(productId) ?? 0), 0)

  function reserve(body: unknown): ScriptedAnswer {
    const { reference, items } = reserveBody.parse(body)
    const earlier = holds.get(reference)
    if (earlier !== undefined) return { status: 200, json: rendered(earlier) }
    const unknown = items.flatMap((item, index) => (products.has(item.product_id) ? [] : [index]))
    if (unknown.length > 0) {
      const errors = unknown.map((index) => ({
        pointer: `/items/${index}/product_id`,
        code: 'unknown_product',
        message: 'x',
      }))
      return { status: 422, json: { code: 'request/invalid', errors } }
    }
    const short = items.flatMap(({ product_id, quantity }) => {
      const available = (products.get(product_id)?.stock ?? 0) - held(product_id)
      return available < quantity
        ? [{ product_id, requested: quantity, available, code: 'insufficient', message: 'x' }]
        : []
    })
    if (short.length > 0) return { status: 409, json: { code: 'inventory/insufficient', errors: short } }
    const lines = new Map(items.map(({ product_id, quantity }) => [product_id, quantity] as const))
    const hold: Hold = { id: randomUUID(), reference, state: 'active', items: lines }
    holds.set(reference, hold)
    return { status: 201, json: rendered(hold) }
  }

  function release(body: unknown): ScriptedAnswer {
    const hold = holds.get(z.object({ reference: z.string() }).parse(body).reference)
    if (hold === undefined) return { status: 404, json: { code: 'object/not-found' } }
    hold.state = 'released'
    return { status: 200, json: rendered(hold) }
  }

  server.script(async (call) => {
    const disturbed = await disturbance(call)
    if (disturbed !== undefined) return disturbed
    const productId = /^GET \/api\/v1\/products\/([^/]+)$/.exec(`${call.method} ${call.path}`)?.[1]
    if (productId !== undefined) return productAnswer(products.get(productId))
    if (call.path === '/api/v1/inventory/reserve') return reserve(call.body)
    if (call.path === '/api/v1/inventory/release') return release(call.body)
    return undefined
  })

  return {
    ...server,
    holds,
    held,
    addProduct(facts = {}) {
      const id = facts.id ?? randomUUID()
      const product = {
        id,
        sku: `SKU-${id.slice(0, 8)}`,
        name: 'Iron pan',
        price: 1_999,
        currency: 'EUR',
        stock: 100,
        ...facts,
      }
      products.set(id, product)
      return product
    },
    disturb(next) {
      disturbance = next
    },
  }
}

function productAnswer(product: StandInProduct | undefined): ScriptedAnswer {
  if (product === undefined) return { status: 404, json: { code: 'object/not-found' } }
  return { status: 200, json: product }
}

function rendered({ items, ...hold }: Hold) {
  const lines = [...items].map(([product_id, quantity]) => ({ product_id, quantity }))
  return { ...hold, items: lines, expires_at: new Date(Date.now() + 900_000).toISOString() }
}
