import { type QueryExecutorProvider, sql } from 'kysely'

/** Levels that the tree may have. */
export const levelsAtMost = 8

/** Where a category would stand. */
export type Placement = {
  /** Levels above it: 0 at the root. */
  readonly above: number
  /** Levels that it brings along: itself and what is below it. */
  readonly levels: number
  /** The place is itself or below itself. */
  readonly withinItself: boolean
}

export type PlacementVerdict = 'fits' | 'cycle' | 'too-deep'

export function placementVerdict({ above, levels, withinItself }: Placement): PlacementVerdict {
  if (withinItself) return 'cycle'
  return above + levels > levelsAtMost ? 'too-deep' : 'fits'
}

/** Any number that everyone who moves categories of this database agrees on. */
const treeLock = 7_306_093_422

/**
 * Until the end of the transaction the tree is this transaction's to change. A walk up the tree alone is not enough:
 * of two moves each may see the tree without the other's.
 */
export async function lockTree(transaction: QueryExecutorProvider): Promise<void> {
  await sql`select pg_advisory_xact_lock(${treeLock})`.execute(transaction)
}

/** Under the tree's lock. `id` is null of a category that is yet to be made. */
export async function findPlacement(
  transaction: QueryExecutorProvider,
  { id, parentId }: { readonly id: string | null; readonly parentId: string | null },
): Promise<Placement> {
  const { rows } = await sql<Placement>`
    with recursive above as (
      select id, parent_id from categories where id = ${parentId}::uuid
      union
      select c.id, c.parent_id from categories c join above on c.id = above.parent_id
    ), below as (
      select id, 1 as level from categories where id = ${id}::uuid
      union
      select c.id, below.level + 1 from categories c join below on c.parent_id = below.id
    )
    select (select count(*) from above) as above,
      coalesce((select max(level) from below), 1) as levels,
      exists (select from above where id = ${id}::uuid) as "withinItself"`.execute(transaction)
  const placement = rows[0]
  if (placement === undefined) throw new Error('a select without from gave no row')
  return placement
}
