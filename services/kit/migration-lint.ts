import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { ServiceMigration } from './migrations.ts'

export type LintFinding = { readonly migration: string; readonly rule: string; readonly statement: string }

/** What the release before could not live with, in the words of SQL. */
const rules: readonly { readonly rule: string; readonly pattern: RegExp }[] = [
  {
    rule: 'drops what the release before still uses',
    pattern: /^drop\s+(table|column|view|materialized|type|schema|function)\b/,
  },
  {
    rule: 'drops what the release before still uses',
    pattern: /\balter\s+table\b[^;]*\bdrop\s+(?!constraint|not|default|expression)\w/,
  },
  { rule: 'empties a table', pattern: /^truncate\b/ },
  { rule: 'renames what the release before still uses', pattern: /^alter\b.*\brename\b/ },
  { rule: 'changes the type of a column', pattern: /\balter\s+(column\s+)?[\w"]+\s+(set\s+data\s+)?type\b/ },
  { rule: 'refuses rows that the release before writes (NOT NULL)', pattern: /\bset\s+not\s+null\b/ },
]

const created = /\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?"?(\w+)/
const index = /\bcreate\s+(?:unique\s+)?index\b(?!\s+concurrently)[^;]*?\bon\s+(?:only\s+)?"?(\w+)/
const altered = /\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?"?(\w+)/

/**
 * Judges migrations by the statements they issue. Only tables that the same migration made may be treated freely:
 * nobody uses them, and they are empty.
 */
export async function lintMigrations(migrations: readonly ServiceMigration[]): Promise<readonly LintFinding[]> {
  const findings = await Promise.all(
    migrations.map(async (migration) => {
      const statements = (await issuedStatements(migration)).flatMap(singleStatements)
      const own = new Set(statements.flatMap((statement) => created.exec(statement)?.[1] ?? []))
      return statements.flatMap((statement) =>
        brokenRules(statement, own).map((rule) => ({ migration: migration.name, rule, statement })),
      )
    }),
  )
  return findings.flat()
}

function brokenRules(statement: string, own: ReadonlySet<string>): string[] {
  const indexed = index.exec(statement)?.[1]
  if (indexed !== undefined) {
    return own.has(indexed) ? [] : ['builds an index while a filled table is locked: name it in `indexes`']
  }
  if (own.has(altered.exec(statement)?.[1] ?? '')) return []
  const broken = rules.filter(({ pattern }) => pattern.test(statement)).map(({ rule }) => rule)
  return addsRequiredColumn(statement) ? [...broken, 'adds a column that the release before does not fill'] : broken
}

function addsRequiredColumn(statement: string): boolean {
  if (!altered.test(statement)) return false
  const columns = statement
    .split(/\badd\s+(?:column\s+)?(?=(?!constraint|check|primary|foreign|unique)[\w"]+\s)/)
    .slice(1)
  return columns.some(
    (column) => /\bnot\s+null\b/.test(column) && !/\b(default|generated|serial|identity)\b/.test(column),
  )
}

/** Without comments and the text of strings and functions, so that only SQL's own words are looked at. */
function singleStatements(text: string): string[] {
  const plain = text
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
  return plain
    .toLowerCase()
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean)
}

/** What a migration would send, sent nowhere. */
async function issuedStatements(migration: ServiceMigration): Promise<string[]> {
  const issued: string[] = []
  const connection: DatabaseConnection = {
    async executeQuery({ sql }: CompiledQuery) {
      issued.push(sql)
      return { rows: [] }
    },
    // biome-ignore lint/correctness/useYield: nothing is ever streamed
    async *streamQuery() {
      throw new Error('a migration that streams rows cannot be judged')
    },
  }
  class Recording extends DummyDriver implements Driver {
    override async acquireConnection() {
      return connection
    }
  }
  const database = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Recording(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  await database.transaction().execute((transaction) => migration.up(transaction))
  return issued
}
