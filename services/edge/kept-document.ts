import type { BoundRelease } from './release-switch.ts'
import { type DocumentAsk, fetchShopDocument, type ShopDocument } from './shop-document.ts'

/** Where the edge is not told of releases, another one may be behind the same addresses by then. */
const untoldMilliseconds = 5_000

type Kept = { readonly shop: Promise<ShopDocument>; readonly until: number }

/** A generation of routes binds its releases anew, so what is kept ends with it. */
const kept = new WeakMap<BoundRelease, Kept>()

/** The shop's document, asked for once in a generation by all who want it. One that misses a service is not kept. */
export function keptShopDocument(bound: BoundRelease, ask: DocumentAsk): Promise<ShopDocument> {
  const known = kept.get(bound)
  if (known !== undefined && performance.now() < known.until) return known.shop
  const until = bound.release === null ? performance.now() + untoldMilliseconds : Number.POSITIVE_INFINITY
  const made: Kept = { shop: fetchShopDocument(bound, ask), until }
  kept.set(bound, made)
  const forget = () => kept.get(bound) === made && kept.delete(bound)
  made.shop.then(({ missing }) => missing.length > 0 && forget(), forget)
  return made.shop
}
