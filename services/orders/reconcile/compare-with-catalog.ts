import { PeerUnavailable } from '../../kit/peer.ts'
import type { Catalog, CatalogCaller } from '../catalog-client.ts'
import type { Compared } from './compare-with-providers.ts'
import { judgeStock } from './judge-stock.ts'
import type { OrderBook } from './order-books.ts'

/** Orders with what the catalog holds or has sold for them, in one call. */
export async function compareWithCatalog(
  catalog: Pick<Catalog, 'fetchStandings'>,
  books: readonly OrderBook[],
  caller: CatalogCaller,
): Promise<Compared<'catalog'>> {
  const stocked = books.flatMap((book) => (book.reference === null ? [] : [{ book, reference: book.reference }]))
  if (stocked.length === 0) return { drift: [], unknown: [] }
  const references = stocked.map(({ reference }) => reference)
  const standings = await catalog.fetchStandings(references, caller).catch((error: unknown) => {
    if (error instanceof PeerUnavailable) return undefined
    throw error
  })
  if (standings === undefined) {
    return { drift: [], unknown: stocked.map(({ book }) => ({ orderId: book.id, source: 'catalog' })) }
  }
  const byReference = new Map(standings.map((standing) => [standing.reference, standing]))
  return {
    drift: stocked.flatMap(({ book, reference }) => judgeStock(book, byReference.get(reference))),
    unknown: [],
  }
}
