import { type Kysely, sql, type Transaction } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { entityTag } from '../../kit/entity-tags.ts'
import { answerOnce, type GivenAnswer } from '../../kit/idempotency.ts'
import { type Claim, type StoredAnswer, storeAnswer } from '../../kit/idempotency-store.ts'
import type { KeyedCall } from '../keyed-call.ts'
import { type Order, type OrderDraft, orderSchema } from '../order-contract.ts'
import { findOrder } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import { addressText } from './address-text.ts'
import { type AskedCatalog, fetchProducts } from './catalog-prices.ts'
import type { Charges } from './charges.ts'
import { linesInsert } from './draft-lines.ts'
import { addUp, type PricedOrder, priceOrder } from './price-order.ts'

export type DraftParts = Pick<AskedCatalog, 'catalog'> & {
  readonly database: Kysely<OrdersTables>
  readonly charges: Charges
  newId(): string
}

export type NewOrder = KeyedCall & { readonly draft: OrderDraft }

/** A draft at the catalog's prices of now: nothing is held and nothing is charged before it is paid. */
export async function createOrder(parts: DraftParts, request: NewOrder): Promise<GivenAnswer> {
  const { principal, draft } = request
  const lines = addUp(draft.items)
  const keyed = { ...request.keyed, userId: principal.userId, resourceId: parts.newId(), logger: request.logger }
  return answerOnce(parts.database, keyed, {
    async do(claim) {
      const productIds = lines.map(({ productId }) => productId)
      const found = await fetchProducts(productIds, { catalog: parts.catalog, forwarded: request.forwarded })
      const priced = priceOrder(draft, { lines, found, charges: parts.charges })
      return repeatOnConflict(() =>
        parts.database
          .transaction()
          .execute((transaction) => writeDraft(transaction, { parts, request, priced, claim })),
      )
    },
    async undo() {
      // Nothing was asked of anybody but for prices.
    },
  })
}

type Writing = {
  readonly parts: DraftParts
  readonly request: NewOrder
  readonly priced: PricedOrder
  readonly claim: Claim
}

async function writeDraft(
  transaction: Transaction<OrdersTables>,
  { parts, request, priced, claim }: Writing,
): Promise<StoredAnswer> {
  const { draft, principal, origin } = request
  const id = claim.resourceId
  const { actor, cause } = origin
  const lines = priced.lines.map((line, index) => ({ ...line, id: parts.newId(), position: index + 1 }))
  await sql`
    with made as (
      insert into orders (id, user_id, status, currency, subtotal_cents, tax_cents, shipping_cents, total_cents,
        shipping_address, billing_address)
      values (${id}, ${principal.userId}, 'draft', ${priced.currency}, ${priced.subtotalCents}, ${priced.taxCents},
        ${priced.shippingCents}, ${priced.totalCents}, ${addressText(draft.shipping_address)},
        ${addressText(draft.billing_address)})
    ), noted as (
      insert into order_status_history (order_id, from_status, to_status, actor_id, actor_role, reason, request_id)
      values (${id}, null, 'draft', ${actor.id}, ${actor.role}, 'created', ${cause.requestId})
    )
    ${linesInsert({ orderId: id, lines })}`.execute(transaction)
  const answer = answerOfOrder(201, orderSchema.parse(await findOrder(transaction, id)))
  await storeAnswer(transaction, claim, answer)
  return answer
}

export function answerOfOrder(status: 200 | 201, order: Order): StoredAnswer {
  const location = status === 201 ? { location: `/api/v1/orders/${order.id}` } : {}
  return { status, headers: { ...location, etag: entityTag(order.version) }, body: JSON.stringify(order) }
}
