import { z } from 'zod'
import { callAsService, type ServiceWay } from '../kit/service-token-call.ts'
import { centsAtMost } from './order-contract.ts'
import type { CatalogProduct, Line } from './price-order.ts'

/** The request for which the catalog is asked. */
export type CatalogCaller = {
  readonly forwarded: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export type ShortLine = { readonly product_id: string; readonly requested: number; readonly available: number }

export type ReserveOutcome =
  | { readonly kind: 'held'; readonly reservationId: string }
  /** The reference was used before, and what it held is held no more. */
  | { readonly kind: 'over' }
  | { readonly kind: 'short'; readonly lines: readonly ShortLine[] }
  | { readonly kind: 'unknown-products'; readonly productIds: readonly string[] }
  /** This user holds as much as a user may. */
  | { readonly kind: 'limited' }

export type Reserve = { readonly reference: string; readonly lines: readonly Line[] }

export type Catalog = {
  /** Undefined where there is no such product on sale. */
  fetchProduct(productId: string, caller: CatalogCaller): Promise<CatalogProduct | undefined>
  /** All lines or none. The same reference again is the same reservation. */
  reserve(wanted: Reserve, caller: CatalogCaller): Promise<ReserveOutcome>
  /** Gives back what is held under the reference; does nothing where nothing is. */
  release(reference: string, caller: Omit<CatalogCaller, 'signal'>): Promise<void>
}

/** As long as a user may hold stock. */
const holdSeconds = 900

/** Products are open to everyone; stock is held in this service's own name, whoever's token has run out meanwhile. */
export function catalogClient(way: ServiceWay, now: () => Date): Catalog {
  return {
    async fetchProduct(productId, { forwarded, signal }) {
      const path = `/api/v1/products/${productId}`
      const answers = productAnswers
      const answer = await way.peer.call({ method: 'GET', path, forwarded, signal, effect: 'repeatable', answers })
      return answer.status === 200 ? answer.body : undefined
    },
    async reserve({ reference, lines }, caller) {
      const items = lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }))
      const answer = await callAsService(way, {
        ...caller,
        method: 'POST',
        path: '/api/v1/inventory/reserve',
        body: { reference, items, ttl_seconds: holdSeconds },
        effect: 'repeatable',
        answers: reserveAnswers,
      })
      return reserveOutcome(answer, { lines, now: now() })
    },
    async release(reference, caller) {
      const path = '/api/v1/inventory/release'
      const answers = releaseAnswers
      await callAsService(way, { ...caller, method: 'POST', path, body: { reference }, effect: 'repeatable', answers })
    },
  }
}

const answered = <Status extends number, Body extends z.ZodType>(status: Status, body: Body) =>
  z.object({ status: z.literal(status), body })

const productAnswers = z.discriminatedUnion('status', [
  answered(
    200,
    z.object({
      id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      price: z.int().min(0).max(centsAtMost),
      currency: z.string().regex(/^[A-Z]{3}$/),
    }),
  ),
  answered(404, z.unknown()),
])

const reservation = z.object({ id: z.uuid(), state: z.string(), expires_at: z.coerce.date() })
const shortLine = z.object({ product_id: z.uuid(), requested: z.int(), available: z.int() })

/** Names the line that we sent. */
const unknownProduct = z.object({
  code: z.literal('unknown_product'),
  pointer: z.string().regex(/^\/items\/\d+\/product_id$/),
})

const reserveAnswers = z.discriminatedUnion('status', [
  answered(200, reservation),
  answered(201, reservation),
  answered(401, z.unknown()),
  answered(403, z.unknown()),
  answered(409, z.object({ code: z.literal('inventory/insufficient'), errors: z.array(shortLine).min(1) })),
  answered(422, z.object({ errors: z.array(unknownProduct).min(1) })),
  answered(429, z.unknown()),
])

const releaseAnswers = z.object({ status: z.literal([200, 401, 403, 404, 409]), body: z.unknown() })

type Reading = { readonly lines: readonly Line[]; readonly now: Date }

function reserveOutcome(answer: z.infer<typeof reserveAnswers>, { lines, now }: Reading): ReserveOutcome {
  switch (answer.status) {
    case 200:
    case 201: {
      const { id, state, expires_at } = answer.body
      return state === 'active' && expires_at > now ? { kind: 'held', reservationId: id } : { kind: 'over' }
    }
    case 409:
      return { kind: 'short', lines: answer.body.errors }
    case 422:
      return {
        kind: 'unknown-products',
        productIds: answer.body.errors.flatMap(({ pointer }) => productAt(lines, pointer)),
      }
    case 429:
      return { kind: 'limited' }
    case 401:
    case 403:
      throw new Error('callAsService lets no refusal of our token through')
  }
}

function productAt(lines: readonly Line[], pointer: string): string[] {
  const line = lines[Number(pointer.split('/')[2])]
  return line === undefined ? [] : [line.productId]
}
