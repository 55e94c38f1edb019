import type { Kysely } from 'kysely'
import type { Catalog, CatalogCaller } from '../catalog-client.ts'
import type { PaymentProviders } from '../payments/open-providers.ts'
import type { OrdersTables } from '../schema.ts'
import { compareWithCatalog } from './compare-with-catalog.ts'
import { compareWithProviders, type Unknown } from './compare-with-providers.ts'
import type { Drift } from './drift.ts'
import { judgeMoney } from './judge-money.ts'
import { isUnderWay, judgeWork } from './judge-work.ts'
import { type BooksWanted, type OrderBook, readBooks, unchangedSince } from './order-books.ts'
import type { Source } from './reconcile-contract.ts'

export type ReconcileParts = {
  readonly database: Kysely<OrdersTables>
  readonly catalog: Pick<Catalog, 'fetchStandings'>
  readonly providers: Pick<PaymentProviders, 'get'>
}

export type Reconciled = {
  readonly checked: number
  readonly drift: readonly Drift[]
  readonly unknown: readonly Unknown<Source>[]
  /** The last order that was looked at. */
  readonly last: Pick<OrderBook, 'id' | 'changedAt'> | undefined
  readonly hasMore: boolean
}

/** For all that is asked of others about one page; what is not answered by then is unknown. */
const askingMilliseconds = 20_000

/** Compares orders with their payments, their providers and the catalog. Repairs nothing. */
export async function reconcileOrders(
  parts: ReconcileParts,
  wanted: BooksWanted,
  { forwarded }: Pick<CatalogCaller, 'forwarded'>,
): Promise<Reconciled> {
  const read = await readBooks(parts.database, { ...wanted, limit: wanted.limit + 1 })
  const books = read.slice(0, wanted.limit)
  const still = books.filter((book) => !isUnderWay(book))
  const signal = AbortSignal.timeout(askingMilliseconds)
  const [stock, money] = await Promise.all([
    compareWithCatalog(parts.catalog, still, { forwarded, signal }),
    compareWithProviders(parts.providers, still, signal),
  ])
  const found = [...books.flatMap(judgeWork), ...still.flatMap(judgeMoney), ...stock.drift, ...money.drift]
  return {
    checked: books.length,
    drift: await confirmed(parts.database, { books, found }),
    unknown: distinct([...stock.unknown, ...money.unknown]),
    last: books.at(-1),
    hasMore: read.length > books.length,
  }
}

type Found = { readonly books: readonly OrderBook[]; readonly found: readonly Drift[] }

/** An order that has changed while others were asked has no drift but a newer state: it comes again on a later page. */
async function confirmed(database: Kysely<OrdersTables>, { books, found }: Found): Promise<Drift[]> {
  const drifting = books.filter(({ id }) => found.some(({ orderId }) => orderId === id))
  if (drifting.length === 0) return []
  const unchanged = await unchangedSince(database, drifting)
  const places = new Map(books.map(({ id }, index) => [id, index]))
  const placeOf = ({ orderId }: Drift) => places.get(orderId) ?? 0
  return found.filter(({ orderId }) => unchanged.has(orderId)).toSorted((one, other) => placeOf(one) - placeOf(other))
}

/** Each order once a source, however many of its payments were not answered for. */
function distinct(unknown: readonly Unknown<Source>[]): Unknown<Source>[] {
  return [...new Map(unknown.map((each) => [`${each.orderId} ${each.source}`, each])).values()]
}
