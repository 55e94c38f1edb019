import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ReplaceableVersions } from '../kit/entity-tags.ts'

/** For a `where` on a row of this name, of a table with versions: whether `If-Match` lets it be replaced. */
export function isReplaceable(row: string, replaces: ReplaceableVersions): RawBuilder<SqlBool> {
  if (replaces === 'any') return sql`true`
  return sql`${sql.ref(`${row}.version`)} = any (${[...replaces]}::integer[])`
}
