import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewEvent } from '../events.ts'
import { type TestDatabase, testDatabase } from '../testing/test-database.ts'
import { appendedEvent, createOutbox } from './outbox.ts'
import type { OutboxTables } from './outbox-schema.ts'
import { createNotifications, createOutboxTables, createProcessedEvents } from './outbox-tables.ts'

let database: TestDatabase<OutboxTables>
beforeAll(async () => {
  database = await testDatabase<OutboxTables>([
    {
      name: '0001_outbox',
      reversible: true,
      async up(transaction) {
        await createOutboxTables(transaction)
        await createProcessedEvents(transaction)
        await createNotifications(transaction)
      },
    },
  ])
})
afterAll(() => database.drop())

const outbox = createOutbox<NewEvent>('test-service')
const cause = { requestId: 'r-1' }
const event = (subject: string, number = 0) =>
  ({ type: 'thing.changed.v1', subject, data: { number, nothing: null } }) as const
const append = (...events: Parameters<typeof outbox.append>[1]) =>
  database.kysely.transaction().execute((transaction) => outbox.append(transaction, events, cause))
const eventsOf = (subject: string) =>
  database.kysely.selectFrom('outbox_events').selectAll().where('subject', '=', subject).orderBy('seq').execute()
const versionsOf = async (subject: string) => (await eventsOf(subject)).map((row) => row.aggregate_version)

test('an envelope has what the table of events.md names', async () => {
  const subject = randomUUID()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await append(event(subject, 7))
  await database.kysely
    .transaction()
    .execute((transaction) => outbox.append(transaction, [event(subject, 8)], { ...cause, traceparent }))
  const [first, second] = await eventsOf(subject)
  expect(first?.envelope).toEqual({
    id: first?.id,
    type: 'thing.changed.v1',
    source: 'test-service',
    time: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    subject,
    aggregate_version: 1,
    request_id: 'r-1',
    data: { number: 7, nothing: null },
  })
  expect(first?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
  expect(Math.abs(Number.parseInt(first?.id.replaceAll('-', '').slice(0, 12) ?? '', 16) - Date.now())).toBeLessThan(9e4)
  expect(second?.envelope).toMatchObject({ aggregate_version: 2, traceparent, data: { number: 8 } })
})

test('several events of one transaction keep their order', async () => {
  const [one, other] = [randomUUID(), randomUUID()]
  await append(event(one, 1), event(other, 1), event(one, 2), event(one, 3))
  expect(await versionsOf(one)).toEqual([1, 2, 3])
  expect(await versionsOf(other)).toEqual([1])
  expect((await eventsOf(one)).map(({ envelope }) => envelope)).toMatchObject(
    [1, 2, 3].map((number) => ({ aggregate_version: number, data: { number } })),
  )
})

test('twenty writers of one subject, some of which roll back, leave no gap and no swap', async () => {
  const subject = randomUUID()
  const other = randomUUID()
  const kept = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) =>
      database.kysely.transaction().execute(async (transaction) => {
        const both = index % 2 === 0 ? [event(subject), event(other)] : [event(other), event(subject)]
        await outbox.append(transaction, both, cause)
        if (index % 5 === 0) throw new Error('rolled back')
      }),
    ),
  )
  expect(kept.filter(({ status }) => status === 'fulfilled')).toHaveLength(160)
  const expected = Array.from({ length: 160 }, (_, index) => index + 1)
  expect(await versionsOf(subject)).toEqual(expected)
  expect(await versionsOf(other)).toEqual(expected)
})

test('a single statement tells of each row that it changes, and of none where it changes none', async () => {
  const subjects = [randomUUID(), randomUUID()]
  const tell = (wanted: readonly string[]) => sql`
    with changed as (select id from unnest(${wanted}::uuid[]) as t (id))
    select ${appendedEvent(
      'test-service',
      { type: 'user.closed.v1', subject: sql`id`, data: sql`jsonb_build_object('id', id)` },
      cause,
    )} from changed`
  expect((await tell(subjects).execute(database.kysely)).rows).toHaveLength(2)
  expect((await tell([]).execute(database.kysely)).rows).toEqual([])
  for (const subject of subjects) {
    expect(await eventsOf(subject)).toMatchObject([{ type: 'user.closed.v1', envelope: { data: { id: subject } } }])
  }
})

test.each<[string, () => Promise<unknown>, string]>([
  ['a type without a version', () => raw('thing.changed', {}), '23514'],
  ['an envelope over 64 KB', () => raw('thing.changed.v1', { text: 'x'.repeat(65_536) }), '23514'],
  [
    'a second event of one version',
    () => sql`update outbox_events set aggregate_version = 1`.execute(database.kysely),
    '23505',
  ],
  ['an unknown channel', () => notify({ channel: 'letter' }), '23514'],
  ['an unknown state', () => notify({ state: 'lost' }), '23514'],
  ['a sent one that has not ended', () => notify({ state: 'sent' }), '23514'],
  ['a claim without its time', () => notify({ state: 'sending' }), '23514'],
  ['the same one twice', () => notify({}), '23505'],
  [
    'an event processed twice',
    () =>
      sql`insert into processed_events (consumer, event_id) values ('a', ${fixed}), ('a', ${fixed})`.execute(
        database.kysely,
      ),
    '23505',
  ],
])('the database refuses %s', async (_, violate, sqlstate) => {
  if (sqlstate === '23505') await notify({}).catch(() => undefined)
  await expect(violate()).rejects.toMatchObject({ code: sqlstate })
})

const fixed = randomUUID()
const raw = (type: string, data: unknown) =>
  sql`select append_event(${type}, ${randomUUID()}, ${JSON.stringify(data)}::jsonb, 's', 'r', null)`.execute(
    database.kysely,
  )
const notify = ({ channel = 'mail', state = 'pending' }: { channel?: string; state?: string }) =>
  sql`insert into notifications (event_id, channel, recipient_id, template, state)
    values (${fixed}, ${channel}, ${fixed}, 'test', ${state})`.execute(database.kysely)
