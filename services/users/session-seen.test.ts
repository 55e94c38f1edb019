import { randomUUID } from 'node:crypto'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pino from 'pino'
import { expect, test } from 'vitest'
import { RequestScope, requestScope, runInScope } from '../kit/request-scope.ts'
import { createSessionSeen } from './session-seen.ts'

test('that a session was seen is written outside of the request, which may still be cut off', async () => {
  const scopes: (RequestScope | undefined)[] = []
  class ScopedDriver extends DummyDriver {
    override async acquireConnection() {
      scopes.push(requestScope())
      return super.acquireConnection()
    }
  }
  const database = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new ScopedDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const seen = createSessionSeen({ database, logger: pino({ level: 'silent' }), elapsed: () => 0 })
  const scope = new RequestScope()
  runInScope(scope, () => {
    seen(randomUUID())
    expect(requestScope(), 'the request goes on in its own').toBe(scope)
  })
  await expect.poll(() => scopes).toEqual([undefined])
})
