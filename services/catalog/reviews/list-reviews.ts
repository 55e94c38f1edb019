import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { type Cursors, type Page, pageOf } from '../../kit/pagination.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { findProduct } from '../products/products.ts'
import type { CatalogTables } from '../schema.ts'
import { type Review, type ReviewListQuery, reviewSchema } from './review-schemas.ts'

const columns = ['id', 'product_id', 'user_id', 'rating', 'comment', 'created_at', 'updated_at'] as const
export type ReviewRow = Omit<Review, 'created_at' | 'updated_at'> & { created_at: Date; updated_at: Date }

/** What is read of a review, from the table or part of a statement that has this name. */
export const reviewColumns = (source: string): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(`${source}.${column}`)))

/** Looked up and not kept with the review: a delivery may come before it or after it. */
export const verifiedPurchase = (source: string): RawBuilder<boolean> => sql`exists (
    select from verified_purchases v
    where v.user_id = ${sql.ref(`${source}.user_id`)} and v.product_id = ${sql.ref(`${source}.product_id`)}
  ) as verified_purchase`

export function renderReview(row: ReviewRow): Review {
  return reviewSchema.parse({
    ...row,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  })
}

type Lists = { readonly database: Kysely<CatalogTables>; readonly cursors: Cursors }
const positionSchema = z.tuple([z.iso.datetime(), z.uuid()])

/** One page of what was written about a product that can be bought. Throws 404. */
export async function listReviews(
  { database, cursors }: Lists,
  { productId, sort, limit, cursor }: ReviewListQuery & { readonly productId: string },
): Promise<Page<Review>> {
  const list = { list: 'reviews', product: productId, sort }
  const from = cursor === undefined ? null : cursors.open(cursor, { query: list, schema: positionSchema })
  const [direction, comparison] = sort === '-created_at' ? [sql`desc`, sql`<`] : [sql`asc`, sql`>`]
  const start =
    from === null ? sql`` : sql`and (r.created_at, r.id) ${comparison} (${from[0]}::timestamptz, ${from[1]}::uuid)`
  const { rows } = await sql<ReviewRow>`
    select ${reviewColumns('r')}, ${verifiedPurchase('r')}
    from reviews r
    where r.product_id = ${productId}::uuid ${start}
      and exists (select from products p where p.id = ${productId}::uuid and p.deleted_at is null and p.active)
    order by r.created_at ${direction}, r.id ${direction}
    limit ${limit + 1}`.execute(database)
  if (rows.length === 0 && (await findProduct(database, productId)) === undefined) throw new Problem(problems.notFound)
  const cursorAfter = (last: ReviewRow) => cursors.sign([last.created_at.toISOString(), last.id], list)
  const page = pageOf(rows, { limit, cursorAfter })
  return { ...page, data: page.data.map(renderReview) }
}
