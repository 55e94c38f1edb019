import { type Kysely, type RawBuilder, sql } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import type { UserPrincipal } from '../../kit/principal.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { auditColumns, auditValues, type ChangeOrigin } from '../audit.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type ReviewRow, renderReview, reviewColumns, verifiedPurchase } from './list-reviews.ts'
import type { Review, ReviewContent } from './review-schemas.ts'

/**
 * Each is one statement that changes a review and, by the difference, the sums on its product: first the review's row
 * is locked, then the product's, and whoever comes second adds to what the first one left.
 */
type Database = Kysely<CatalogTables>

export type ChangedReview = { readonly review: Review; readonly productRevision: number }
type ChangedRow = ReviewRow & { product_revision: number }

type Creation = {
  readonly id: string
  readonly productId: string
  readonly userId: string
  readonly content: ReviewContent
}

/** Throws 404 where the product cannot be bought, and `review/already-written`. */
export async function createReview(database: Database, creation: Creation): Promise<ChangedReview> {
  const { id, productId, userId, content } = creation
  const { rows } = await sql<ChangedRow>`
    with changed as (
      insert into reviews as r (id, product_id, user_id, rating, comment)
      select ${id}::uuid, p.id, ${userId}::uuid, ${content.rating}::smallint, ${content.comment}::text
      from products p where p.id = ${productId}::uuid and p.deleted_at is null and p.active
      returning ${reviewColumns('r')}, 1 as more_reviews, r.rating as more_stars
    ), ${countedInProduct}
    select ${reviewColumns('changed')}, ${verifiedPurchase('changed')}, counted.revision as product_revision
    from changed, counted`
    .execute(database)
    .catch(refuseByConstraint({ reviews_one_a_user: () => new Problem(catalogProblems.reviewWritten) }))
  return changedReview(rows)
}

export type ReviewChange = {
  readonly id: string
  readonly productId: string
  /** Their own, or anybody's where they are an admin. */
  readonly by: UserPrincipal
  readonly origin: ChangeOrigin
}

/** Throws 404, also for what somebody else wrote. */
export async function updateReview(
  database: Database,
  { content, ...change }: ReviewChange & { readonly content: ReviewContent },
): Promise<ChangedReview> {
  const { rows } = await sql<ChangedRow>`
    with ${lockedBefore(change)}, changed as (
      update reviews r set rating = ${content.rating}, comment = ${content.comment}, updated_at = now()
      from before where r.id = before.id
      returning ${reviewColumns('r')}, 0 as more_reviews, r.rating - before.rating as more_stars
    ), ${countedInProduct}, ${auditedForOthers('review_updated', change)}
    select ${reviewColumns('changed')}, ${verifiedPurchase('changed')}, counted.revision as product_revision
    from changed, counted`.execute(database)
  return changedReview(rows)
}

/** Throws 404, also for what somebody else wrote. */
export async function deleteReview(database: Database, change: ReviewChange): Promise<ChangedReview> {
  const { rows } = await sql<ChangedRow>`
    with ${lockedBefore(change)}, changed as (
      delete from reviews r using before where r.id = before.id
      returning ${reviewColumns('r')}, -1 as more_reviews, -r.rating as more_stars
    ), ${countedInProduct}, ${auditedForOthers('review_deleted', change)}
    select ${reviewColumns('changed')}, ${verifiedPurchase('changed')}, counted.revision as product_revision
    from changed, counted`.execute(database)
  return changedReview(rows)
}

/**
 * Counted from the product as it was locked: an update's own view of the row may be from before the wait, and PostgreSQL
 * checks constraints on what that gives, too.
 */
const countedInProduct = sql`product as (
      select p.id, p.rating_count + changed.more_reviews as rating_count, p.rating_sum + changed.more_stars as rating_sum
      from products p join changed on changed.product_id = p.id
      for no key update of p
    ), counted as (
      update products p set rating_count = product.rating_count, rating_sum = product.rating_sum
      from product where p.id = product.id
      returning p.revision
    )`

function lockedBefore({ id, productId, by }: ReviewChange): RawBuilder<unknown> {
  const author = by.role === 'admin' ? sql`true` : sql`r.user_id = ${by.userId}::uuid`
  return sql`before as (
      select r.id, r.user_id, r.rating from reviews r join products p on p.id = r.product_id
      where r.id = ${id}::uuid and r.product_id = ${productId}::uuid and p.deleted_at is null and ${author}
      for update of r
    )`
}

/** What an admin does to somebody's review leaves a line, with stars and without the words, which are not ours to keep. */
function auditedForOthers(action: 'review_updated' | 'review_deleted', { by, origin }: ReviewChange) {
  const stars = (source: string) =>
    sql`jsonb_build_object('user_id', before.user_id, 'rating', ${sql.ref(`${source}.rating`)})`
  const after = action === 'review_updated' ? { after: stars('changed') } : {}
  const trail = { action, target: ['review', sql`before.id`], before: stars('before'), ...after } as const
  return sql`audited as (
      insert into audit_logs (${auditColumns})
      select ${auditValues(trail, origin)} from changed join before on before.id = changed.id
      where before.user_id <> ${by.userId}::uuid
    )`
}

function changedReview(rows: readonly ChangedRow[]): ChangedReview {
  const row = rows[0]
  if (row === undefined) throw new Problem(problems.notFound)
  return { review: renderReview(row), productRevision: row.product_revision }
}
