import { createHash } from 'node:crypto'

const namesAtMost = 500

/**
 * Names for prepared statements: the same text has the same name on every connection. Filters make many texts, and
 * every name costs memory on every connection, so after the first 500 texts the rest run unnamed.
 */
export function statementNames(): (statement: string) => string | undefined {
  const names = new Map<string, string>()
  return (statement) => {
    const known = names.get(statement)
    if (known !== undefined) return known
    if (names.size >= namesAtMost || !isPreparable(statement)) return undefined
    const name = createHash('sha256').update(statement).digest('base64url').slice(0, 24)
    names.set(statement, name)
    return name
  }
}

/** All columns: they may change under a migration, and PostgreSQL then refuses the prepared statement (0A000). */
const allColumns = /(\b(select|returning|distinct|all)\s|[,.])\s*\*/i

function isPreparable(statement: string): boolean {
  return /^\s*(select|insert|update|delete|with)\b/i.test(statement) && !allColumns.test(statement)
}
