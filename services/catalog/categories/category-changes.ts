import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { preconditionProblems, type ReplaceableVersions } from '../../kit/entity-tags.ts'
import { appendedEvent } from '../../kit/outbox/outbox.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { services } from '../../registry.ts'
import { auditColumns, auditValues, type ChangeOrigin } from '../audit.ts'
import { isReplaceable } from '../is-replaceable.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { categoryColumns, findCategory, type TaggedCategory } from './categories.ts'
import { findPlacement, levelsAtMost, lockTree, placementVerdict } from './category-placement.ts'
import type { CategoryContent } from './category-schemas.ts'

type Database = Kysely<CatalogTables>
type Creation = { readonly id: string; readonly content: CategoryContent; readonly origin: ChangeOrigin }

/** Throws `category/name-taken`, or 422 for an unknown parent or a tree too deep. */
export async function createCategory(database: Database, creation: Creation): Promise<TaggedCategory> {
  const { id, content, origin } = creation
  const trail = { action: 'category_created', target: ['category', sql`id`], after: sql`to_jsonb(created)` } as const
  return inTree(database, async (transaction) => {
    await refuseMisplaced(transaction, { id: null, parentId: content.parent_id })
    await sql`
      with created as (
        insert into categories as c (id, name, parent_id) values (${id}, ${content.name}, ${content.parent_id})
        returning ${categoryColumns('c')}
      ), audited as (
        insert into audit_logs (${auditColumns}) select ${auditValues(trail, origin)} from created
      )
      select ${categoryEvent('created', origin)} from created`.execute(transaction)
    return present(transaction, id)
  })
}

type Change = Creation & { /** The versions that the caller has seen. */ readonly replaces: ReplaceableVersions }

/** Renames and moves, if the version is still one of those. Throws 404, 412, 409 and 422. */
export async function updateCategory(database: Database, change: Change): Promise<TaggedCategory> {
  const { id, content, origin, replaces } = change
  const states = { before: sql`to_jsonb(before)`, after: sql`to_jsonb(updated)` }
  const trail = { action: 'category_updated', target: ['category', sql`before.id`], ...states } as const
  return inTree(database, async (transaction) => {
    await refuseMisplaced(transaction, { id, parentId: content.parent_id })
    const { rows } = await sql`
      with before as (
        select ${categoryColumns('c')} from categories c
        where c.id = ${id}::uuid and ${isReplaceable('c', replaces)} for update
      ), updated as (
        update categories c set name = ${content.name}, parent_id = ${content.parent_id}, version = c.version + 1,
          updated_at = now()
        from before where c.id = before.id
        returning ${categoryColumns('c')}
      ), audited as (
        insert into audit_logs (${auditColumns})
        select ${auditValues(trail, origin)} from updated join before on before.id = updated.id
      )
      select ${categoryEvent('updated', origin)} from updated`.execute(transaction)
    const updated = await present(transaction, id)
    if (rows.length === 0) throw new Problem(preconditionProblems.failed)
    return updated
  })
}

/** Throws 404, and `category/not-empty` where a category or a product is in it. */
export async function deleteCategory(
  database: Database,
  { id, origin }: { readonly id: string; readonly origin: ChangeOrigin },
): Promise<void> {
  const trail = { action: 'category_deleted', target: ['category', sql`id`], before: sql`to_jsonb(deleted)` } as const
  const notEmpty = () => new Problem(catalogProblems.categoryNotEmpty)
  const { rows } = await sql`
    with deleted as (
      delete from categories c where c.id = ${id}::uuid returning ${categoryColumns('c')}
    ), audited as (
      insert into audit_logs (${auditColumns}) select ${auditValues(trail, origin)} from deleted
    )
    select ${categoryEvent('deleted', origin)} from deleted`
    .execute(database)
    .catch(refuseByConstraint({ products_category_id_fkey: notEmpty, categories_parent_id_fkey: notEmpty }))
  if (rows.length === 0) throw new Problem(problems.notFound)
}

type InTree = (transaction: Transaction<CatalogTables>) => Promise<TaggedCategory>

function inTree(database: Database, change: InTree): Promise<TaggedCategory> {
  return database
    .transaction()
    .execute(async (transaction) => {
      await lockTree(transaction)
      return change(transaction)
    })
    .catch(refuseByConstraint(refusals))
}

async function present(transaction: Transaction<CatalogTables>, id: string): Promise<TaggedCategory> {
  const found = await findCategory(transaction, id)
  if (found === undefined) throw new Problem(problems.notFound)
  return found
}

async function refuseMisplaced(
  transaction: Transaction<CatalogTables>,
  place: { readonly id: string | null; readonly parentId: string | null },
): Promise<void> {
  const verdict = placementVerdict(await findPlacement(transaction, place))
  if (verdict === 'cycle') throw new Problem(catalogProblems.categoryCycle)
  if (verdict === 'too-deep') throw invalidParent('too_deep', `The tree may have ${levelsAtMost} levels`)
}

const invalidParent = (code: string, message: string) =>
  new Problem(problems.invalid, { errors: [{ pointer: '/parent_id', code, message }] })

const refusals = {
  categories_name_key: () => new Problem(catalogProblems.categoryNameTaken),
  categories_parent_id_fkey: () => invalidParent('unknown_category', 'No such category'),
}

function categoryEvent(change: 'created' | 'updated' | 'deleted', { cause }: ChangeOrigin): RawBuilder<string> {
  const row = sql.ref(change)
  const data = sql`jsonb_build_object('category_id', ${row}.id, 'change', ${change}::text, 'version', ${row}.version,
    'parent_id', ${row}.parent_id)`
  return appendedEvent(services.catalog.longName, { type: 'category.changed.v1', subject: sql`${row}.id`, data }, cause)
}
