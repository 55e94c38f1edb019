import { type CompiledQuery, type KyselyPlugin, PostgresQueryCompiler } from 'kysely'
import type pg from 'pg'
import { z } from 'zod'

export type RecordedStatements = {
  readonly plugin: KyselyPlugin
  /** What is sent to the database while it runs. */
  during(run: () => Promise<unknown>): Promise<readonly CompiledQuery[]>
  /** Resolves once such a statement was sent, by whatever goes on beside the test. */
  until(statement: RegExp): Promise<void>
}

/** Statements exactly as the service sends them, so that none is judged by a copy. */
export function recordedStatements(): RecordedStatements {
  let statements: CompiledQuery[] = []
  const waiting = new Map<RegExp, () => void>()
  return {
    plugin: {
      transformQuery({ node, queryId }) {
        const compiled = new PostgresQueryCompiler().compileQuery(node, queryId)
        statements.push(compiled)
        for (const [wanted, tell] of waiting) if (wanted.test(compiled.sql)) tell()
        return node
      },
      transformResult: async ({ result }) => result,
    },
    async until(statement) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.set(statement, resolve)
      await promise
      waiting.delete(statement)
    },
    async during(run) {
      statements = []
      await run()
      return statements
    },
  }
}

type PlanNode = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string | undefined
  readonly Plans?: readonly PlanNode[] | undefined
}
const nodeSchema: z.ZodType<PlanNode> = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Plans: z.lazy(() => z.array(nodeSchema)).optional(),
})
const explainSchema = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: nodeSchema })) }))

/** The tables that a statement would read from end to end. */
export async function scannedTables(client: pg.Client, { sql, parameters }: CompiledQuery): Promise<readonly string[]> {
  const { rows } = await client.query(`explain (format json) ${sql}`, [...parameters])
  const scanned = (node: PlanNode): string[] => [
    ...(node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : []),
    ...(node.Plans ?? []).flatMap(scanned),
  ]
  return explainSchema.parse(rows).flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => scanned(Plan)))
}
