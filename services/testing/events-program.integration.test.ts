import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleEnvelope } from '../kit/event-schemas/event-documents.ts'
import { runProgram } from '../kit/testing/run-program.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import type { UsersTables } from '../users/schema.ts'
import { usersService } from '../users/users-service.ts'
import { serviceSettings } from './service-settings.ts'

const folder = fileURLToPath(new URL('../..', import.meta.url))
const peers = { usersUrl: 'http://127.0.0.1:9', catalogUrl: 'http://127.0.0.1:9' }

let migrated: TestDatabase<UsersTables>
let empty: TestDatabase<UsersTables>
beforeAll(async () => {
  migrated = await testDatabase<UsersTables>(usersService.migrations)
  empty = await testDatabase<UsersTables>([])
})
afterAll(() => Promise.all([migrated.drop(), empty.drop()]))

const run = (words: readonly string[], database: TestDatabase<UsersTables> = migrated) =>
  runProgram([process.execPath, 'services/users/main.ts', 'events', ...words], {
    folder,
    environment: { ...serviceSettings(peers).users, DATABASE_URL: database.url },
  })
const answerOf = ({ output }: { readonly output: string }): unknown =>
  output.split('\n').flatMap((line) => (line.startsWith('{"event":"answer"') ? [JSON.parse(line).answer] : []))[0]

test('E19: a service’s own program lists, gives back and drops what was given up, each with its line in the trail', async () => {
  const [kept, dropped] = [randomUUID(), randomUUID()]
  for (const id of [kept, dropped]) {
    const envelope = JSON.stringify({ ...exampleEnvelope('user.closed.v1'), id })
    await sql`
      insert into dead_events (consumer, event_id, envelope, attempts, last_error)
      values ('mailer', ${id}, ${envelope}::jsonb, 8, 'no such user')`.execute(migrated.kysely)
  }
  const listed = await run(['dead', 'list', '--type=user.closed.v1'])
  expect([listed.exitCode, answerOf(listed)]).toMatchObject([0, { dead: [{ attempts: 8 }, { attempts: 8 }] }])
  expect(answerOf(await run(['dead', 'drop', dropped, '--actor=ada@laptop', '--reason=the account is gone']))).toEqual({
    dropped: [{ consumer: 'mailer', event_id: dropped }],
  })
  const many = await Promise.all(Array.from({ length: 3 }, () => run(['dead', 'replay', '--actor=ada@laptop'])))
  expect(many.map(answerOf)).toEqual(
    expect.arrayContaining([
      { replayed: [{ consumer: 'mailer', event_id: kept }] },
      { replayed: [] },
      { replayed: [] },
    ]),
  )
  const { rows } = await sql`select actor, action, event_id from event_actions order by id`.execute(migrated.kysely)
  expect(rows).toEqual([
    { actor: 'ada@laptop', action: 'dead.drop', event_id: dropped },
    { actor: 'ada@laptop', action: 'dead.replay', event_id: kept },
  ])
})

test('words that are none are refused with what they may be', async () => {
  const { exitCode, output } = await run(['dead', 'drop', 'x'])
  expect(exitCode).toBe(64)
  expect(output).toMatch(/id: .*actor: .*reason: .*usage: events list/)
})

test('without the tables it says so and ends with 1', async () => {
  const { exitCode, output } = await run(['dead', 'list'], empty)
  expect(exitCode).toBe(1)
  expect(output).toContain('relation \\"dead_events\\" does not exist')
})
