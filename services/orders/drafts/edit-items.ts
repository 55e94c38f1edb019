import type { Kysely, Transaction } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { answerOnce, type GivenAnswer } from '../../kit/idempotency.ts'
import { type Claim, type StoredAnswer, storeAnswer } from '../../kit/idempotency-store.ts'
import { Problem, problems } from '../../kit/problems.ts'
import type { Call, KeyedCall } from '../keyed-call.ts'
import { linesAtMost, type Order, orderSchema, quantityAtMost } from '../order-contract.ts'
import { orderProblems } from '../problems.ts'
import { findOrder } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import { type LockedOrder, lockOwnOrder } from '../status/move-order.ts'
import { allowedActions, cellOf } from '../status/transitions.ts'
import { fetchProducts } from './catalog-prices.ts'
import { answerOfOrder, type DraftParts } from './create-order.ts'
import { linesInsert, readLines, updateLine, writeTotals } from './draft-lines.ts'
import { type CatalogProduct, mixedCurrencies, pricedLine, totalsOf, unknownProducts } from './price-order.ts'

export type AddedItem = { readonly product_id: string; readonly quantity: number }

export type ItemRequest = KeyedCall & { readonly orderId: string; readonly item: AddedItem }

/** One more line, or more of a line that is there; priced by the catalog as it is now. */
export async function addItem(parts: DraftParts, request: ItemRequest): Promise<GivenAnswer> {
  const { principal, item, orderId } = request
  const keyed = { ...request.keyed, userId: principal.userId, resourceId: orderId, logger: request.logger }
  return answerOnce(parts.database, keyed, {
    async do(claim) {
      await assertEditable(parts.database, { orderId, ownerId: principal.userId })
      const found = await fetchProducts([item.product_id], { catalog: parts.catalog, forwarded: request.forwarded })
      const product = found.get(item.product_id)
      if (product === undefined) throw unknownItem()
      return repeatOnConflict(() =>
        parts.database
          .transaction()
          .execute((transaction) => writeItem(transaction, { parts, request, product, claim })),
      )
    },
    async undo() {
      // Nothing was asked of anybody but for a price.
    },
  })
}

const unknownItem = (): Problem => {
  const error = { pointer: '/product_id', code: 'unknown_product', message: 'is not in the catalog' }
  return new Problem(unknownProducts([], []).kind, { errors: [error] })
}

type Own = { readonly orderId: string; readonly ownerId: string }

/** Before the catalog is asked: what cannot be edited needs no price, and a stranger no answer. */
async function assertEditable(database: Kysely<OrdersTables>, { orderId, ownerId }: Own): Promise<void> {
  const order = await database
    .selectFrom('orders')
    .select(['status', 'user_id'])
    .where('id', '=', orderId)
    .executeTakeFirst()
  if (order === undefined || order.user_id !== ownerId) throw new Problem(problems.notFound)
  judgeEditable(order)
}

export function judgeEditable({ status }: Pick<LockedOrder, 'status'>): void {
  if (cellOf('edit_items', status) !== 'conflict') return
  const members = { from: status, action: 'edit_items', allowed_transitions: allowedActions(status) }
  throw new Problem(orderProblems.notEditable, { detail: `The order is ${status}`, members })
}

type Writing = {
  readonly parts: DraftParts
  readonly request: ItemRequest
  readonly product: CatalogProduct
  readonly claim: Claim
}

async function writeItem(
  transaction: Transaction<OrdersTables>,
  { parts, request, product, claim }: Writing,
): Promise<StoredAnswer> {
  const { orderId, item, principal } = request
  const order = await lockOwnOrder(transaction, { id: orderId, ownerId: principal.userId })
  judgeEditable(order)
  const lines = await readLines(transaction, orderId)
  if (lines.length > 0 && order.currency !== product.currency) throw mixedCurrencies([order.currency, product.currency])
  const present = lines.find(({ productId }) => productId === product.id)
  if (present === undefined && lines.length >= linesAtMost) throw new Problem(orderProblems.tooManyLines)
  const quantity = (present?.quantity ?? 0) + item.quantity
  if (quantity > quantityAtMost) throw tooMany(present?.quantity ?? 0)
  const [line] = pricedLine({ productId: product.id, quantity }, { product, charges: parts.charges })
  if (line === undefined) throw unknownItem()
  if (present === undefined) {
    const position = (lines.at(-1)?.position ?? 0) + 1
    await linesInsert({ orderId, lines: [{ ...line, id: parts.newId(), position }] }).execute(transaction)
  } else {
    await updateLine(transaction, { id: present.id, line })
  }
  const others = lines.filter(({ id }) => id !== present?.id)
  const totals = totalsOf([...others, line], parts.charges.shippingCents(product.currency))
  await writeTotals(transaction, { orderId, currency: product.currency, totals })
  const answer = answerOfOrder(200, orderSchema.parse(await findOrder(transaction, orderId)))
  await storeAnswer(transaction, claim, answer)
  return answer
}

function tooMany(present: number): Problem {
  const message = `must be at most ${quantityAtMost - present} more: the order has ${present}`
  return new Problem(problems.invalid, { errors: [{ pointer: '/quantity', code: 'too_big', message }] })
}

export type Removal = Call & { readonly orderId: string; readonly itemId: string }

/** The same again finds no such item. */
export async function removeItem(parts: DraftParts, { orderId, itemId, principal }: Removal): Promise<Order> {
  return repeatOnConflict(() =>
    parts.database.transaction().execute(async (transaction) => {
      const order = await lockOwnOrder(transaction, { id: orderId, ownerId: principal.userId })
      judgeEditable(order)
      const lines = await readLines(transaction, orderId)
      if (!lines.some(({ id }) => id === itemId)) throw new Problem(problems.notFound)
      await transaction.deleteFrom('order_items').where('id', '=', itemId).execute()
      const others = lines.filter(({ id }) => id !== itemId)
      const totals = totalsOf(others, parts.charges.shippingCents(order.currency))
      await writeTotals(transaction, { orderId, currency: order.currency, totals })
      return orderSchema.parse(await findOrder(transaction, orderId))
    }),
  )
}
