import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EventDatabase, eventDatabase, thing } from './testing/event-database.ts'

let database: EventDatabase
const id = randomUUID()
beforeAll(async () => {
  database = await eventDatabase()
  await database.append(thing(id))
  for (const statement of [processed(), attempt({}), dead({}), action({}), projection({})]) {
    await statement.execute(database.kysely)
  }
})
afterAll(() => database.drop())

type Values = Readonly<Record<string, unknown>>
const insert = (table: string, values: Values): RawBuilder<unknown> =>
  sql`insert into ${sql.table(table)} (${sql.join(Object.keys(values).map((name) => sql.ref(name)))})
    values (${sql.join(Object.values(values))})`
const processed = (values: Values = {}) => insert('processed_events', { consumer: 'one', event_id: id, ...values })
const kept = { consumer: 'one', event_id: id, envelope: '{}', attempts: 1, last_error: 'e' }
const attempt = (values: Values) => insert('event_attempts', { ...kept, next_attempt_at: new Date(), ...values })
const dead = (values: Values) => insert('dead_events', { ...kept, ...values })
const action = (values: Values) =>
  insert('event_actions', { actor: 'ada', action: 'dead.replay', consumer: 'one', event_id: id, ...values })
const projection = (values: Values) =>
  insert('projection_versions', { projection: 'one', subject: id, version: 1, ...values })
const other = () => ({ event_id: randomUUID() })
const long = 'x'.repeat(1_001)

test.each<[string, () => RawBuilder<unknown>, string]>([
  [
    'an event of an id that is there',
    () =>
      sql`insert into outbox_events (id, type, subject, aggregate_version, envelope) select id, type, gen_random_uuid(), 1, '{}' from outbox_events`,
    '23505',
  ],
  [
    'a version of a subject twice',
    () =>
      sql`insert into outbox_events (id, type, subject, aggregate_version, envelope) select gen_random_uuid(), type, subject, aggregate_version, '{}' from outbox_events`,
    '23505',
  ],
  ['a version below 1', () => sql`update outbox_events set aggregate_version = 0`, '23514'],
  ['a type without a version', () => sql`update outbox_events set type = 'thing.changed'`, '23514'],
  ['an envelope over 64 KB', () => sql`update outbox_events set envelope = to_jsonb(repeat('x', 65536))`, '23514'],
  ['a replay for nobody', () => sql`update outbox_events set replay_for = ''`, '23514'],
  ['a version of a subject below 1', () => sql`update outbox_subjects set version = 0`, '23514'],
  ['a subject twice', () => sql`insert into outbox_subjects (subject, version) values (${id}, 7)`, '23505'],
  ['what was handled twice', () => processed(), '23505'],
  ['who handled by another form', () => processed({ consumer: 'One' }), '23514'],
  ['an attempt twice', () => attempt({}), '23505'],
  ['an attempt of nobody', () => attempt({ ...other(), consumer: '' }), '23514'],
  ['a ninth attempt', () => attempt({ ...other(), attempts: 9 }), '23514'],
  ['an attempt with a book of an error', () => attempt({ ...other(), last_error: long }), '23514'],
  ['a dead event twice', () => dead({}), '23505'],
  ['a dead event of nobody', () => dead({ ...other(), consumer: '' }), '23514'],
  ['a dead event without an attempt', () => dead({ ...other(), attempts: 0 }), '23514'],
  ['a dead event with a book of an error', () => dead({ ...other(), last_error: long }), '23514'],
  ['a dead event that was dropped for no reason', () => dead({ ...other(), dropped_at: new Date() }), '23514'],
  ['a reason for what was not dropped', () => dead({ ...other(), drop_reason: 'why' }), '23514'],
  ['a reason of nothing', () => dead({ ...other(), dropped_at: new Date(), drop_reason: ' ' }), '23514'],
  [
    'a dead event both replayed and dropped',
    () => dead({ ...other(), replayed_at: new Date(), dropped_at: new Date(), drop_reason: 'why' }),
    '23514',
  ],
  ['an action of nobody', () => action({ actor: ' ' }), '23514'],
  ['an action that is none', () => action({ action: 'dead.bury' }), '23514'],
  ['a drop without a reason', () => action({ action: 'dead.drop' }), '23514'],
  ['an action on no event', () => action({ event_id: null }), '23514'],
  ['a reason of nothing for an action', () => action({ reason: '' }), '23514'],
  ['a trail that is changed', () => sql`update event_actions set actor = 'eve'`, '23514'],
  ['a trail that is taken away', () => sql`delete from event_actions`, '23514'],
  ['a trail that is emptied', () => sql`truncate event_actions`, '23514'],
  ['a projection twice', () => projection({}), '23505'],
  ['a projection of nothing', () => projection({ projection: '', subject: randomUUID() }), '23514'],
  ['a projection before the first version', () => projection({ subject: randomUUID(), version: 0 }), '23514'],
])('E32: the database refuses %s', async (_, violating, sqlstate) => {
  await expect(violating().execute(database.kysely)).rejects.toMatchObject({ code: sqlstate })
})
