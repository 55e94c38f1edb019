import { randomUUID } from 'node:crypto'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { holdStatement } from '../../../services/catalog/inventory/reserve-stock.ts'

const compiling = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

const compiledFor = (productId: string) => {
  const id = randomUUID()
  const wish = { id, reference: id, items: [], ttl_seconds: 900, userId: null, cause: { requestId: id } }
  return holdStatement({ wish, lines: [{ product_id: productId, quantity: 1 }] }).compile(compiling)
}

/** The statement that the service sends, alone, over as many connections as a service has: reserves a second. */
export const bareReserves = async (
  url: string,
  productOf: (index: number) => string,
  count: number,
): Promise<number> => {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const statements = Array.from({ length: count }, (_, index) => compiledFor(productOf(index)))
  let next = 0
  const worker = async () => {
    for (let one = statements[next++]; one !== undefined; one = statements[next++]) {
      await pool.query({ name: 'reserve', text: one.sql, values: [...one.parameters] })
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 10 }, worker))
  const seconds = (performance.now() - began) / 1000
  await pool.end()
  return count / seconds
}
