import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleEnvelope } from '../event-schemas/event-documents.ts'
import type { EventTables } from '../outbox/event-schema.ts'
import { createEventTables } from '../outbox/event-tables.ts'
import { createOutbox } from '../outbox/outbox.ts'
import { createOutboxTables, createProcessedEvents } from '../outbox/outbox-tables.ts'
import { type TestDatabase, testDatabase } from '../testing/test-database.ts'
import { answerEventQuestion } from './answer-event-question.ts'
import { readEventQuestion } from './event-question.ts'

let database: TestDatabase<EventTables>
beforeAll(async () => {
  database = await testDatabase<EventTables>([
    {
      name: '0001_events',
      reversible: true,
      async up(transaction) {
        await createOutboxTables(transaction)
        await createProcessedEvents(transaction)
        await createEventTables(transaction)
      },
    },
  ])
})
afterAll(() => database.drop())

const consumes = ['mailer', 'orders-users']

/** As the words reach the program. */
async function ask(...words: readonly string[]): Promise<unknown> {
  const read = readEventQuestion(words)
  if (!read.ok) throw new Error(read.why)
  return JSON.parse(JSON.stringify(await answerEventQuestion({ database: database.kysely, consumes }, read.question)))
}

const by = '--actor=ada@laptop'

async function parked(consumer: string): Promise<string> {
  const envelope = { ...exampleEnvelope('user.closed.v1'), id: randomUUID() }
  await sql`
    insert into dead_events (consumer, event_id, envelope, attempts, last_error)
    values (${consumer}, ${envelope.id}, ${JSON.stringify(envelope)}::jsonb, 8, 'no such order')`.execute(
    database.kysely,
  )
  return envelope.id
}

const actionsOf = (id: string) =>
  database.kysely
    .selectFrom('event_actions')
    .select(['actor', 'action', 'consumer', 'reason'])
    .where('event_id', '=', id)
    .execute()

test('E19: what a consumer gave up is listed, shown and given back under its id, with a line of who did it', async () => {
  const id = await parked('orders-users')
  const dead = { consumer: 'orders-users', event_id: id, type: 'user.closed.v1', attempts: 8, replayed_at: null }
  expect(await ask('dead', 'list', '--consumer=orders-users')).toMatchObject({ dead: [dead] })
  expect(await ask('dead', 'list', '--consumer=orders-users', '--type=user.verified.v1')).toEqual({ dead: [] })
  expect(await ask('dead', 'show', id)).toMatchObject({ dead: [{ ...dead, envelope: { id, type: 'user.closed.v1' } }] })
  expect(await ask('dead', 'replay', id, by)).toEqual({ replayed: [{ consumer: 'orders-users', event_id: id }] })
  expect(await ask('dead', 'replay', id, by)).toEqual({ replayed: [] })
  expect(await ask('dead', 'list', '--consumer=orders-users')).toEqual({ dead: [] })
  expect(await ask('dead', 'list', '--consumer=orders-users', '--handled=included')).toMatchObject({
    dead: [{ ...dead, replayed_at: expect.stringMatching(/Z$/) }],
  })
  expect(await actionsOf(id)).toEqual([
    { actor: 'ada@laptop', action: 'dead.replay', consumer: 'orders-users', reason: null },
  ])
})

test('E19: all of a type are given back at once, and one is dropped for a reason', async () => {
  const [first, second] = [await parked('mailer'), await parked('mailer')]
  const both = expect.arrayContaining([first, second].map((event_id) => ({ consumer: 'mailer', event_id })))
  expect(await ask('dead', 'replay', '--consumer=mailer', '--type=user.verified.v1', by)).toEqual({ replayed: [] })
  expect(await ask('dead', 'replay', '--consumer=mailer', '--type=user.closed.v1', by)).toEqual({ replayed: both })
  const third = await parked('mailer')
  expect(await ask('dead', 'drop', third, by, '--reason=the account is gone')).toEqual({
    dropped: [{ consumer: 'mailer', event_id: third }],
  })
  expect(await ask('dead', 'replay', third, by)).toEqual({ replayed: [] })
  expect(await actionsOf(third)).toMatchObject([{ action: 'dead.drop', reason: 'the account is gone' }])
})

test('stored events are listed, shown and sent again as they are', async () => {
  const outbox = createOutbox('user-management')
  const subject = randomUUID()
  await database.kysely
    .transaction()
    .execute((transaction) =>
      outbox.append(transaction, [{ type: 'user.closed.v1', subject, data: {} }], { requestId: 'r' }),
    )
  await sql`update outbox_events set published_at = now()`.execute(database.kysely)
  const listed = await ask('list', `--subject=${subject}`)
  expect(listed).toMatchObject({
    events: [{ type: 'user.closed.v1', subject, aggregate_version: 1, state: 'published', seq: 1 }],
  })
  const { id } = await database.kysely.selectFrom('outbox_events').select('id').executeTakeFirstOrThrow()
  expect(await ask('show', id)).toMatchObject({ event: { id, envelope: { id, type: 'user.closed.v1', data: {} } } })
  expect(await ask('show', randomUUID())).toEqual({ event: null })
  expect(await ask('replay', '--type=user.verified.v1', by)).toEqual({ replayed: 0 })
  expect(await ask('replay', '--type=user.closed.v1', '--consumer=mailer', by)).toEqual({ replayed: 1 })
  expect(await ask('list', '--state=unpublished')).toMatchObject({ events: [{ id, published_at: null }] })
  const actions = database.kysely.selectFrom('event_actions').select(['actor', 'detail'])
  expect(await actions.where('action', '=', 'outbox.replay').orderBy('id').execute()).toMatchObject([
    { actor: 'ada@laptop', detail: { type: 'user.verified.v1' } },
    { actor: 'ada@laptop', detail: { type: 'user.closed.v1' } },
  ])
})

test('the newest events are listed, the oldest of them first, and it is said whether there are older ones', async () => {
  await sql`
    insert into outbox_events (id, type, subject, aggregate_version, envelope, published_at, refused_at)
    select gen_random_uuid(), 'user.verified.v1', gen_random_uuid(), n, '{}',
      case when n % 2 = 0 then now() end, case when n = 5 then now() end
    from generate_series(1, 7) as n order by n`.execute(database.kysely)
  const versions = (...which: readonly number[]) => which.map((aggregate_version) => ({ aggregate_version }))
  const type = '--type=user.verified.v1'
  expect(await ask('list', type, '--limit=3')).toMatchObject({ events: versions(5, 6, 7), more: true })
  expect(await ask('list', type, '--limit=7')).toMatchObject({ events: versions(1, 2, 3, 4, 5, 6, 7), more: false })
  expect(await ask('list', type, '--state=published', '--limit=2')).toMatchObject({
    events: versions(4, 6),
    more: true,
  })
  expect(await ask('list', type, '--state=refused')).toMatchObject({ events: versions(5), more: false })
  expect(await ask('list', type, '--state=unpublished')).toMatchObject({ events: versions(1, 3, 7), more: false })
})

test('the names of the consumers are those that the service says it has', async () => {
  expect(await ask('consumers')).toEqual({ consumers: ['mailer', 'orders-users'] })
})
