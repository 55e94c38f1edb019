import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import type { ProductSort } from './product-schemas.ts'

/** Where a page ended: the sort key and the id of its last row. */
export type ProductPosition = readonly [key: string | number, id: string]

export type ProductOrder = {
  /** What the rows are sorted by, and what then tells those of one key apart. */
  readonly key: RawBuilder<unknown>
  readonly id: RawBuilder<unknown>
  /** The same as JSON can carry it, and what it becomes again in a comparison. */
  readonly shown: RawBuilder<unknown>
  readonly type: RawBuilder<unknown>
  readonly position: z.ZodType<ProductPosition>
  readonly descending: boolean
}

export const textPosition = z.tuple([z.string(), z.uuid()])
export const numberPosition = z.tuple([z.number(), z.uuid()])

const id = sql`p.id`

/** Every sort but relevance, which only a search has. */
export function productOrder(sort: Exclude<ProductSort, 'relevance'>): ProductOrder {
  const descending = sort.startsWith('-')
  if (sort === 'price' || sort === '-price') {
    return { key: sql`p.price`, id, shown: sql`p.price`, type: sql`bigint`, position: numberPosition, descending }
  }
  if (sort === 'name' || sort === '-name') {
    return { key: sql`p.name`, id, shown: sql`p.name`, type: sql`text`, position: textPosition, descending }
  }
  const shown = sql`to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  return { key: sql`p.created_at`, id, shown, type: sql`timestamptz`, position: textPosition, descending }
}

/** By the id at last: without it rows of one key at the end of a page are lost or sent twice. */
export function orderBy({ key, id, descending }: ProductOrder): RawBuilder<unknown> {
  const direction = descending ? sql`desc` : sql`asc`
  return sql`order by ${key} ${direction}, ${id} ${direction}`
}

export function after({ key, id, type, descending }: ProductOrder, position: ProductPosition): RawBuilder<SqlBool> {
  const comparison = descending ? sql`<` : sql`>`
  return sql`(${key}, ${id}) ${comparison} (${position[0]}::${type}, ${position[1]}::uuid)`
}
