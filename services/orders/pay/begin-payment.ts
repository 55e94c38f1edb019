import { type Kysely, sql, type Transaction } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { failpoint } from '../../kit/failpoints.ts'
import { Problem } from '../../kit/problems.ts'
import { auditInsert } from '../audit.ts'
import { type AskedCatalog, fetchProducts } from '../drafts/catalog-prices.ts'
import type { Charges } from '../drafts/charges.ts'
import { type DraftLine, readLines, updateLine, writeTotals } from '../drafts/draft-lines.ts'
import { type CatalogProduct, mixedCurrencies, pricedLine, totalsOf } from '../drafts/price-order.ts'
import { decimalText, minorDigits } from '../payments/currency-units.ts'
import type { ProviderName } from '../payments/provider.ts'
import { orderProblems, paymentProblems } from '../problems.ts'
import { type LeasedSaga, newSaga, sagaInsert } from '../saga/saga-store.ts'
import type { OrdersTables } from '../schema.ts'
import { judged, type LockedOrder, lockOwnOrder, moveOrder, type Origin } from '../status/move-order.ts'
import { isAtWork, type PaymentRow, paymentInsert, paymentsOfOrder } from './payment-store.ts'

export type BeginParts = Pick<AskedCatalog, 'catalog'> & {
  readonly database: Kysely<OrdersTables>
  readonly charges: Charges
}

export type Begin = {
  readonly orderId: string
  readonly ownerId: string
  readonly paymentId: string
  readonly provider: ProviderName
  readonly origin: Origin
  readonly forwarded: AskedCatalog['forwarded']
}

/** Lines may be added while their prices are asked for; then they are asked for again. */
const triesAtMost = 3

/**
 * The saga's first step: prices as they are now, then the order frozen at them, with its payment and its saga, in one
 * transaction. An order that is pending begins another attempt on the same hold.
 */
export async function beginPayment(parts: BeginParts, begin: Begin): Promise<LeasedSaga> {
  await failpoint('orders.saga.before_freeze')
  for (let tries = 1; tries <= triesAtMost; tries += 1) {
    const products = await currentProducts(parts, begin)
    const outcome = await repeatOnConflict(() =>
      parts.database.transaction().execute((transaction) => freeze(transaction, { parts, begin, products })),
    ).catch(refuseSecond)
    if (outcome.kind === 'changed-lines') continue
    if (outcome.kind === 'price-changed') throw priceChanged(outcome)
    await failpoint('orders.saga.after_freeze')
    return outcome.saga
  }
  throw new Problem(paymentProblems.inProgress, {
    detail: 'The order is being edited',
    headers: { 'retry-after': '1' },
  })
}

const inProgress = (): Problem => new Problem(paymentProblems.inProgress, { headers: { 'retry-after': '1' } })

/** Two at the same moment: the table takes one of them. */
const refuseSecond = refuseByConstraint({ payments_one_at_work: inProgress, payments_attempt_once: inProgress })

type Products = {
  readonly asked: readonly string[]
  /** What of it is on sale, by id. */
  readonly found: ReadonlyMap<string, CatalogProduct>
}

/** Of the lines of a draft; an order that is frozen asks for no prices. */
async function currentProducts(parts: BeginParts, { orderId, ownerId, forwarded }: Begin): Promise<Products> {
  const lines = await parts.database
    .selectFrom('order_items as i')
    .innerJoin('orders as o', 'o.id', 'i.order_id')
    .select('i.product_id as productId')
    .where('o.id', '=', orderId)
    .where('o.user_id', '=', ownerId)
    .where('o.status', '=', 'draft')
    .execute()
  const asked = lines.map(({ productId }) => productId)
  return { asked, found: await fetchProducts(asked, { catalog: parts.catalog, forwarded }) }
}

type Freezing = { readonly parts: BeginParts; readonly begin: Begin; readonly products: Products }

type Frozen =
  | { readonly kind: 'begun'; readonly saga: LeasedSaga }
  | { readonly kind: 'changed-lines' }
  | { readonly kind: 'price-changed'; readonly before: Price; readonly after: Price }

async function freeze(transaction: Transaction<OrdersTables>, { parts, begin, products }: Freezing): Promise<Frozen> {
  const order = await lockOwnOrder(transaction, { id: begin.orderId, ownerId: begin.ownerId })
  const payments = await paymentsOfOrder(transaction, order.id)
  refuseUnpayable(order, payments)
  const number = (payments[0]?.attempt ?? 0) + 1
  if (order.status !== 'draft') return { kind: 'begun', saga: await attempt(transaction, { order, begin, number }) }

  const lines = await readLines(transaction, order.id)
  if (lines.length === 0) throw new Problem(orderProblems.empty)
  if (!order.hasAddress) throw new Problem(orderProblems.noAddress)
  const judgement = judgeLines(lines, { order, products, charges: parts.charges })
  if (judgement.kind === 'price-changed') {
    for (const change of judgement.changes) await updateLine(transaction, change)
    await writeTotals(transaction, { orderId: order.id, currency: judgement.currency, totals: judgement.totals })
    const { currency, totals } = judgement
    const before = { cents: order.totalCents, currency: order.currency }
    return { kind: 'price-changed', before, after: { cents: totals.totalCents, currency } }
  }
  if (judgement.kind === 'changed-lines') return judgement
  for (const change of judgement.renamed) await updateLine(transaction, change)
  const hold = order.holdNumber + 1
  const set = sql`hold_number = ${hold}, reservation_reference = ${`order:${order.id}:hold:${hold}`}`
  await moveOrder(transaction, order, { action: 'pay', to: 'pending', reason: 'payment begun', set, ...begin.origin })
  return { kind: 'begun', saga: await attempt(transaction, { order, begin, number }) }
}

/** Also by the payments that there are: the status alone does not say that money is on its way. */
function refuseUnpayable(order: LockedOrder, payments: readonly PaymentRow[]): void {
  if (payments.some(isAtWork)) throw inProgress()
  const paid = payments.some(({ status }) => status === 'captured')
  const over = order.status === 'cancelled' || order.status === 'expired'
  if (paid && !over)
    throw new Problem(order.status === 'pending' ? paymentProblems.inProgress : paymentProblems.alreadyPaid)
  judged(order, 'pay')
}

/** One more try to be paid: the payment's row, by whose number its key at the provider is made, and its saga. */
async function attempt(
  transaction: Transaction<OrdersTables>,
  { order, begin, number }: { readonly order: LockedOrder; readonly begin: Begin; readonly number: number },
): Promise<LeasedSaga> {
  const free = order.totalCents === 0
  const { paymentId, origin } = begin
  const payment = paymentInsert({
    id: paymentId,
    orderId: order.id,
    attempt: number,
    provider: free ? 'none' : begin.provider,
    amountCents: order.totalCents,
    currency: order.currency,
  })
  const audit = auditInsert(
    { action: 'order_paid', orderId: order.id, before: { status: order.status }, after: { attempt: number } },
    origin,
  )
  const saga = newSaga({ orderId: order.id, paymentId, step: 'reserve', origin })
  await sql`with payment as (${payment}), audit as (${audit}) ${sagaInsert(saga)}`.execute(transaction)
  return saga
}

type Judging = { readonly order: LockedOrder; readonly products: Products; readonly charges: Charges }

type Change = Parameters<typeof updateLine>[1]

type Judgement =
  /** As it will be charged and invoiced: a name of now is no other price. */
  | { readonly kind: 'unchanged'; readonly renamed: readonly Change[] }
  | { readonly kind: 'changed-lines' }
  | {
      readonly kind: 'price-changed'
      readonly changes: readonly Change[]
      readonly currency: string
      readonly totals: ReturnType<typeof totalsOf>
    }

/** Whether the draft still costs what its customer was told. */
function judgeLines(lines: readonly DraftLine[], { order, products, charges }: Judging): Judgement {
  const { asked, found } = products
  if (lines.some(({ productId }) => !asked.includes(productId))) return { kind: 'changed-lines' }
  const gone = lines.filter(({ productId }) => !found.has(productId))
  if (gone.length > 0) throw noLongerSold(gone.map(({ productId }) => productId))
  const currencies = new Set(lines.flatMap(({ productId }) => found.get(productId)?.currency ?? []))
  const [currency = order.currency] = currencies
  if (currencies.size > 1) throw mixedCurrencies([...currencies])

  const now = lines.flatMap(({ id, productId, quantity }) =>
    pricedLine({ productId, quantity }, { product: found.get(productId), charges }).map((line) => ({ id, line })),
  )
  const totals = totalsOf(
    now.map(({ line }) => line),
    charges.shippingCents(currency),
  )
  const same = currency === order.currency && totals.totalCents === order.totalCents && samePrices(lines, now)
  if (same) return { kind: 'unchanged', renamed: now.filter((change, index) => isRenamed(lines[index], change)) }
  return { kind: 'price-changed', changes: now, currency, totals }
}

const isRenamed = (before: DraftLine | undefined, { line }: Change): boolean =>
  before?.name !== line.name || before.sku !== line.sku

function samePrices(lines: readonly DraftLine[], now: readonly { readonly line: DraftLineLike }[]): boolean {
  return lines.every(
    (line, index) =>
      line.unitPriceCents === now[index]?.line.unitPriceCents && line.taxCents === now[index].line.taxCents,
  )
}

type DraftLineLike = Pick<DraftLine, 'unitPriceCents' | 'taxCents'>

function noLongerSold(productIds: readonly string[]): Problem {
  const errors = productIds.map((id) => ({ code: 'unknown_product', message: `${id} is no longer in the catalog` }))
  return new Problem(orderProblems.unknownProduct, { errors })
}

type Price = { readonly cents: number; readonly currency: string }

const shown = ({ cents, currency }: Price): string => `${decimalText(cents, minorDigits(currency))} ${currency}`

const priceChanged = ({ before, after }: Extract<Frozen, { kind: 'price-changed' }>): Problem =>
  new Problem(orderProblems.priceChanged, {
    detail: `The total was ${shown(before)} and is ${shown(after)} now; pay again to accept it`,
    members: {
      total_cents_before: before.cents,
      currency_before: before.currency,
      total_cents: after.cents,
      currency: after.currency,
    },
  })
