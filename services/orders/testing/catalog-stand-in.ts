import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../kit/testing/scripted-server.ts'

export type StandInProduct = { id: string; sku: string; name: string; price: number; currency: string; stock: number }

type Hold = {
  id: string
  reference: string
  state: 'active' | 'released' | 'committed' | 'returned'
  items: Map<string, number>
  /** Of the items, once they are sold: what came back. */
  returned: Map<string, number>
  /** Parts that came back, by their keys. */
  parts: Map<string, string>
}

const returnBody = z.strictObject({
  reference: z.string(),
  return_key: z.string().optional(),
  items: z.array(z.strictObject({ product_id: z.uuid(), quantity: z.int().min(1) })).optional(),
})
const statesBody = z.strictObject({ references: z.array(z.string()).min(1).max(100) })
const byReference = z.strictObject({ reference: z.string() })

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
  /** Units of a product on hand: what was sold is gone, what came back is there. */
  stockOf(productId: string): number | undefined
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
    const hold: Hold = { ...empty(), id: randomUUID(), reference, state: 'active', items: lines }
    holds.set(reference, hold)
    return { status: 201, json: rendered(hold) }
  }

  const addStock = (productId: string, units: number) => {
    const product = products.get(productId)
    if (product !== undefined) product.stock += units
  }

  function release(body: unknown): ScriptedAnswer {
    const hold = holds.get(byReference.parse(body).reference)
    if (hold === undefined) return notFound
    if (hold.state !== 'active' && hold.state !== 'released') return closed('reservation-closed', hold)
    hold.state = 'released'
    return { status: 200, json: rendered(hold) }
  }

  function commit(body: unknown): ScriptedAnswer {
    const hold = holds.get(byReference.parse(body).reference)
    if (hold === undefined) return notFound
    if (hold.state === 'active') {
      for (const [productId, units] of hold.items) addStock(productId, -units)
      hold.state = 'committed'
    }
    return hold.state === 'committed' ? { status: 200, json: rendered(hold) } : closed('reservation-closed', hold)
  }

  const rest = (hold: Hold, productId: string) => (hold.items.get(productId) ?? 0) - (hold.returned.get(productId) ?? 0)

  function takeBack(body: unknown): ScriptedAnswer {
    const { reference, return_key: key, items } = returnBody.parse(body)
    const hold = holds.get(reference)
    if (hold === undefined) return notFound
    const wanted = JSON.stringify(items)
    const earlier = key === undefined ? undefined : hold.parts.get(key)
    if (earlier !== undefined) {
      return earlier === wanted
        ? { status: 200, json: rendered(hold) }
        : { status: 422, json: { code: 'idempotency/mismatch' } }
    }
    if (hold.state === 'returned' && items === undefined) return { status: 200, json: rendered(hold) }
    if (hold.state !== 'committed') return closed('not-committed', hold)
    const lines = items ?? [...hold.items.keys()].map((id) => ({ product_id: id, quantity: rest(hold, id) }))
    if (lines.some((line) => line.quantity > rest(hold, line.product_id))) return closed('exceeds-sold', hold)
    for (const { product_id: id, quantity } of lines) {
      hold.returned.set(id, (hold.returned.get(id) ?? 0) + quantity)
      addStock(id, quantity)
    }
    if (key !== undefined) hold.parts.set(key, wanted)
    if ([...hold.items.keys()].every((id) => rest(hold, id) === 0)) hold.state = 'returned'
    return { status: 200, json: rendered(hold) }
  }

  function states(body: unknown): ScriptedAnswer {
    const wanted = statesBody.parse(body).references.flatMap((reference) => holds.get(reference) ?? [])
    const reservations = wanted.map(({ reference, state, items, returned }) => ({
      reference,
      state,
      items: [...items].map(([id, quantity]) => ({ product_id: id, quantity, returned: returned.get(id) ?? 0 })),
    }))
    return { status: 200, json: { reservations } }
  }

  server.script(async (call) => {
    const disturbed = await disturbance(call)
    if (disturbed !== undefined) return disturbed
    const productId = /^GET \/api\/v1\/products\/([^/]+)$/.exec(`${call.method} ${call.path}`)?.[1]
    if (productId !== undefined) return productAnswer(products.get(productId))
    if (call.path === '/api/v1/inventory/reserve') return reserve(call.body)
    if (call.path === '/api/v1/inventory/release') return release(call.body)
    if (call.path === '/api/v1/inventory/commit') return commit(call.body)
    if (call.path === '/api/v1/inventory/return') return takeBack(call.body)
    if (call.path === '/api/v1/inventory/reservations/states') return states(call.body)
    return undefined
  })

  return {
    ...server,
    holds,
    held,
    stockOf: (productId) => products.get(productId)?.stock,
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
  if (product === undefined) return notFound
  return { status: 200, json: product }
}

const empty = () => ({ returned: new Map<string, number>(), parts: new Map<string, string>() })

const notFound: ScriptedAnswer = { status: 404, json: { code: 'object/not-found' } }

const closed = (code: string, { state }: Hold): ScriptedAnswer => ({
  status: 409,
  json: { code: `inventory/${code}`, state },
})

function rendered({ items, returned: _returned, parts: _parts, ...hold }: Hold) {
  const lines = [...items].map(([product_id, quantity]) => ({ product_id, quantity }))
  return { ...hold, items: lines, expires_at: new Date(Date.now() + 900_000).toISOString() }
}
