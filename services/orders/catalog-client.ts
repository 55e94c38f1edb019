import { z } from 'zod'
import { callAsService, type ServiceWay } from '../kit/service-token-call.ts'
import type { CatalogProduct, Line } from './drafts/price-order.ts'
import { centsAtMost } from './order-contract.ts'

/** The request for which the catalog is asked. */
export type CatalogCaller = {
  readonly forwarded: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export type ShortLine = { readonly product_id: string; readonly requested: number; readonly available: number }

export type ReserveOutcome =
  | { readonly kind: 'held' }
  /** The reference was used before: what it held is held no more, or is sold. */
  | { readonly kind: 'over'; readonly state: string }
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
  /** Sells what is held, or was and is still free. `gone`: it cannot be had any more. */
  commit(reference: string, caller: CatalogCaller): Promise<'committed' | 'gone'>
  /** Gives back what is held under the reference; does nothing where nothing is. */
  release(reference: string, caller: CatalogCaller): Promise<void>
  /** Takes back all that was sold under the reference and is not back yet; does nothing where nothing was. */
  returnAll(reference: string, caller: CatalogCaller): Promise<void>
  /** Takes back a part of what was sold, once for its key; nothing where all is back already. */
  returnUnits(reference: string, part: ReturnedPart, caller: CatalogCaller): Promise<ReturnOutcome>
  /** Of at most 100 references; of one that the catalog does not know there is nothing. */
  fetchStandings(references: readonly string[], caller: CatalogCaller): Promise<readonly Standing[]>
}

/** What has become of a reservation. */
export type Standing = {
  readonly reference: string
  readonly state: 'active' | 'committed' | 'released' | 'expired' | 'returned'
  readonly items: readonly { readonly productId: string; readonly quantity: number; readonly returned: number }[]
}

export type ReturnedPart = {
  /** Of the part: at most 100 printable characters. */
  readonly key: string
  readonly lines: readonly Line[]
}

export type ReturnOutcome =
  | { readonly kind: 'returned' }
  /** More than was sold, or nothing was: with the catalog's code. */
  | { readonly kind: 'refused'; readonly code: string }

/** As long as an order may wait for its payment. */
const holdSeconds = 3_600

/** Products are open to everyone; stock is held in this service's own name, whoever's token has run out meanwhile. */
export function catalogClient(way: ServiceWay): Catalog {
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
      return reserveOutcome(answer, lines)
    },
    async commit(reference, caller) {
      const { status } = await close('commit', reference, caller)
      return status === 200 ? 'committed' : 'gone'
    },
    async release(reference, caller) {
      await close('release', reference, caller)
    },
    async returnAll(reference, caller) {
      await close('return', reference, caller)
    },
    async returnUnits(reference, { key, lines }, caller) {
      const items = lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }))
      const { status, body } = await callAsService(way, {
        ...caller,
        method: 'POST',
        path: '/api/v1/inventory/return',
        body: { reference, return_key: key, items },
        effect: 'repeatable',
        answers: returnAnswers,
      })
      const wholeIsBack = status === 409 && body.state === 'returned'
      return status === 200 || wholeIsBack ? { kind: 'returned' } : { kind: 'refused', code: body.code }
    },
    async fetchStandings(references, caller) {
      const answer = await callAsService(way, {
        ...caller,
        method: 'POST',
        path: '/api/v1/inventory/reservations/states',
        body: { references },
        effect: 'repeatable',
        answers: standingAnswers,
      })
      if (answer.status !== 200) throw new Error('callAsService lets no refusal of our token through')
      return answer.body.reservations
    },
  }

  async function close(how: 'commit' | 'release' | 'return', reference: string, caller: CatalogCaller) {
    const path = `/api/v1/inventory/${how}`
    return callAsService(way, {
      ...caller,
      method: 'POST',
      path,
      body: { reference },
      effect: 'repeatable',
      answers: closeAnswers,
    })
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

const reservation = z.object({ id: z.uuid(), state: z.string() })
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

/** 404: nothing was ever held; 409: it was closed in another way, or has expired and is not free any more. */
const closeAnswers = z.object({ status: z.literal([200, 401, 403, 404, 409]), body: z.unknown() })

/** The state is of the reservation. */
const returnAnswers = z.object({
  status: z.literal([200, 401, 403, 404, 409, 422]),
  body: z.looseObject({ state: z.string().optional(), code: z.string().default('') }),
})

const standing = z.object({
  reference: z.string(),
  state: z.enum(['active', 'committed', 'released', 'expired', 'returned']),
  items: z.array(
    z
      .object({ product_id: z.uuid(), quantity: z.int(), returned: z.int() })
      .transform(({ product_id: productId, ...units }) => ({ productId, ...units })),
  ),
})

const standingAnswers = z.discriminatedUnion('status', [
  answered(200, z.object({ reservations: z.array(standing) })),
  answered(401, z.unknown()),
  answered(403, z.unknown()),
])

function reserveOutcome(answer: z.infer<typeof reserveAnswers>, lines: readonly Line[]): ReserveOutcome {
  switch (answer.status) {
    case 200:
    case 201: {
      const { state } = answer.body
      // Whether its time is over is for the catalog's clock: what it has not ended can be sold.
      return state === 'active' ? { kind: 'held' } : { kind: 'over', state }
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
