import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { NewEvent } from '../events.ts'
import { armFailpoints, failpoint } from '../failpoints.ts'
import { keptLog } from '../testing/test-app.ts'
import { type EventDatabase, eventDatabase, outbox, thing } from './testing/event-database.ts'

let database: EventDatabase
beforeAll(async () => {
  database = await eventDatabase()
  await sql`create table things (id uuid primary key)`.execute(database.kysely)
})
afterAll(() => database.drop())
afterEach(() => armFailpoints(undefined, keptLog().logger))

/** What a service does when something changes. */
async function change(id: string, event: NewEvent): Promise<void> {
  await database.kysely.transaction().execute(async (transaction) => {
    await sql`insert into things (id) values (${id})`.execute(transaction)
    await outbox.append(transaction, [event], { requestId: 'r-1' })
    await failpoint('things.change.before_commit')
  })
  await failpoint('things.change.after_commit')
}

async function kept(id: string) {
  const { rows } = await sql`
    select (select count(*) from things where id = ${id}) as things,
      (select count(*) from outbox_events where subject = ${id}) as events,
      (select count(*) from outbox_subjects where subject = ${id}) as subjects`.execute(database.kysely)
  return rows[0]
}
const failAt = (place: string) => armFailpoints(new Map([[place, { do: 'throw' }]]), keptLog().logger)

test('E5: what ends before the commit leaves neither the change nor its event', async () => {
  failAt('things.change.before_commit')
  const id = randomUUID()
  await expect(change(id, thing(id))).rejects.toThrow('failpoint')
  expect(await kept(id)).toEqual({ things: 0, events: 0, subjects: 0 })
})

test('E5: what ends after the commit leaves both', async () => {
  failAt('things.change.after_commit')
  const id = randomUUID()
  await expect(change(id, thing(id))).rejects.toThrow('failpoint')
  expect(await kept(id)).toEqual({ things: 1, events: 1, subjects: 1 })
})

test('E5: where the event cannot be written, nothing has changed', async () => {
  const id = randomUUID()
  const tooLarge = { ...thing(id), data: { text: 'x'.repeat(70_000) } }
  await expect(change(id, tooLarge)).rejects.toMatchObject({ code: '23514', constraint: 'outbox_events_envelope_size' })
  expect(await kept(id)).toEqual({ things: 0, events: 0, subjects: 0 })
})
