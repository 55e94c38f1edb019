import type { Catalog, CatalogCaller } from '../catalog-client.ts'
import type { CatalogProduct } from './price-order.ts'

/** All that the catalog is asked for one order, so that a client waits at most 3 s for its 503. */
const catalogMilliseconds = 2_500

export type AskedCatalog = {
  readonly catalog: Catalog
  readonly forwarded: CatalogCaller['forwarded']
}

/** What of these is on sale now, by id. */
export async function fetchProducts(
  productIds: readonly string[],
  { catalog, forwarded }: AskedCatalog,
): Promise<Map<string, CatalogProduct>> {
  const caller = { forwarded, signal: AbortSignal.timeout(catalogMilliseconds) }
  const products = await Promise.all(productIds.map((id) => catalog.fetchProduct(id, caller)))
  return new Map(products.flatMap((product) => (product === undefined ? [] : [[product.id, product] as const])))
}
