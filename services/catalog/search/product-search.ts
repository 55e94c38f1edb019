import { z } from 'zod'
import type { ProductFilters } from '../products/product-filters.ts'
import type { ProductSort } from '../products/product-schemas.ts'

/** Where a page ended, in the words of whoever searched. It travels signed, so it comes back as it went. */
export const positionSchema = z.array(z.union([z.string(), z.number()])).readonly()
export type SearchPosition = z.output<typeof positionSchema>

export type SearchQuery = ProductFilters & {
  /** As it was typed: words, "a phrase", or, -without; a SKU; signs alone are looked for as they stand. */
  readonly q: string
  readonly sort: ProductSort
  readonly limit: number
  readonly after: SearchPosition | null
}

export type SearchHit = { readonly id: string; readonly position: SearchPosition }

/**
 * Finds products that can be bought by their name, brand and description: whole words in any form, the beginning of the
 * last one, and words with one typing error where nothing is found otherwise. A SKU finds its product first. A dash is an
 * operator only right before a word and after a blank; inside a word and between blanks it parts words. The same input has the same order.
 * What keeps the promise is one suite, testing/search-contract.ts, that every implementation passes.
 */
export type ProductSearch = { find(query: SearchQuery): Promise<readonly SearchHit[]> }
