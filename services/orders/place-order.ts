import type { Kysely } from 'kysely'
import { repeatOnConflict } from '../kit/database-faults.ts'
import { entityTag } from '../kit/entity-tags.ts'
import { answerOnce, type GivenAnswer } from '../kit/idempotency.ts'
import { type StoredAnswer, storeAnswer } from '../kit/idempotency-store.ts'
import type { Logger } from '../kit/logging.ts'
import type { UserPrincipal } from '../kit/principal.ts'
import type { Catalog, CatalogCaller } from './catalog-client.ts'
import { earlierReference, type Hold, holdStock, keepEarlierHold, releaseHold } from './hold-stock.ts'
import { type OrderDraft, orderSchema } from './order-contract.ts'
import { findOrder, insertOrder } from './order-store.ts'
import { addUp, type CatalogProduct, type Line, type PricedOrder, priceOrder } from './price-order.ts'
import type { OrdersTables } from './schema.ts'

export type PlacingParts = {
  readonly database: Kysely<OrdersTables>
  readonly catalog: Catalog
  newId(): string
}

export type OrderRequest = {
  readonly principal: UserPrincipal
  readonly draft: OrderDraft
  readonly key: string
  readonly fingerprint: string
  readonly requestId: string
  readonly forwarded: Readonly<Record<string, string>>
  readonly logger: Logger
}

/** All that the catalog is asked for one order, so that a client waits at most 3 s for its 503. */
const catalogMilliseconds = 2_500

/**
 * Priced by the catalog, then held there, then written. The hold's reference is made of the order's id, which is kept
 * with the key before the catalog is asked, so that a repeat after a crash finds its own hold instead of a second one.
 */
export async function placeOrder(parts: PlacingParts, request: OrderRequest): Promise<GivenAnswer> {
  const { principal, draft, logger } = request
  const lines = addUp(draft.items)
  const keyed = {
    userId: principal.userId,
    key: request.key,
    fingerprint: request.fingerprint,
    resourceId: parts.newId(),
    logger,
  }
  let reference: string | undefined
  return answerOnce(parts.database, keyed, {
    async do(claim) {
      reference = earlierReference(claim)
      const caller = { forwarded: request.forwarded, signal: AbortSignal.timeout(catalogMilliseconds) }
      const found = await fetchProducts(parts.catalog, { lines, caller }).catch(keepEarlierHold(claim))
      const priced = priceOrder(draft.items, { lines, found })
      const hold = await holdStock(parts, { claim, items: draft.items, lines, caller })
      reference = hold.reservation.reference
      return writeOrder(parts, { request, priced, hold })
    },
    async undo() {
      if (reference !== undefined) await releaseHold(parts.catalog, reference, request)
    },
  })
}

type Wanted = { readonly lines: readonly Line[]; readonly caller: CatalogCaller }

async function fetchProducts(catalog: Catalog, { lines, caller }: Wanted): Promise<Map<string, CatalogProduct>> {
  const products = await Promise.all(lines.map(({ productId }) => catalog.fetchProduct(productId, caller)))
  return new Map(products.flatMap((product) => (product === undefined ? [] : [[product.id, product] as const])))
}

type Writing = { readonly request: OrderRequest; readonly priced: PricedOrder; readonly hold: Hold }

/** The order and the answer that tells of it, in one transaction and with no remote call inside. */
async function writeOrder(parts: PlacingParts, { request, priced, hold }: Writing): Promise<StoredAnswer> {
  const { principal, draft, requestId } = request
  const { claim, reservation } = hold
  const id = claim.resourceId
  const order = {
    id,
    userId: principal.userId,
    actorRole: principal.role,
    requestId,
    priced,
    shippingAddress: draft.shipping_address,
    reservation,
    newId: parts.newId,
  }
  return repeatOnConflict(() =>
    parts.database.transaction().execute(async (transaction) => {
      await insertOrder(transaction, order)
      const written = orderSchema.parse(await findOrder(transaction, id))
      const answer = {
        status: 201,
        headers: {
          location: `/api/v1/orders/${id}`,
          etag: entityTag(written.version),
        },
        body: JSON.stringify(written),
      }
      await storeAnswer(transaction, claim, answer)
      return answer
    }),
  )
}
