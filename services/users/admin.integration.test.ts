import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type AccountsFixture, accountsFixture, codeOf } from './testing/accounts-fixture.ts'
import { loginAnswer, post } from './testing/test-users.ts'

const me = '/api/v1/users/me'
let fixture: AccountsFixture
beforeAll(async () => {
  fixture = await accountsFixture()
})
afterAll(() => fixture.close())

const refresh = (refresh_token: string) => fixture.app.request('/api/v1/auth/refresh', post({ refresh_token }))

test('an admin gives and takes the role, which is told once and holds for logins that are there', async () => {
  const { id, headers } = await fixture.person()
  const path = `/api/v1/users/${id}/role`
  expect((await fixture.get('/api/v1/users', headers)).status).toBe(403)
  const promoted = await fixture.put(path, fixture.asAdmin, { role: 'admin' })
  expect([promoted.status, await promoted.json()]).toMatchObject([200, { id, role: 'admin', status: 'active' }])
  expect((await fixture.put(path, fixture.asAdmin, { role: 'admin' })).status).toBe(200)
  expect((await fixture.get('/api/v1/users', headers)).status).toBe(200)
  expect((await fixture.put(path, fixture.asAdmin, { role: 'root' })).status).toBe(422)
  expect((await fixture.put(path, fixture.asAdmin, { role: 'user' })).status).toBe(200)
  expect((await fixture.get('/api/v1/users', headers)).status).toBe(403)
  const states = [{ role: 'user' }, { role: 'admin' }] as const
  expect(await fixture.trailOf(id)).toEqual(
    [states, states.toReversed()].map(([before, after]) => ({
      action: 'role_change',
      actor: `user:${fixture.admin.id}`,
      target: `user:${id}`,
      detail: { before, after },
    })),
  )
  const events = fixture.kysely.selectFrom('outbox_events').select('envelope').where('subject', '=', id)
  expect(await events.where('type', '=', 'user.role_changed.v1').orderBy('seq').execute()).toMatchObject([
    { envelope: { data: { role: 'admin' } } },
    { envelope: { data: { role: 'user' } } },
  ])
})

test('an id in capitals is the id of the account in what is told of a change', async () => {
  const { id } = await fixture.person()
  const path = `/api/v1/users/${id.toUpperCase()}/role`
  const promoted = await fixture.put(path, fixture.asAdmin, { role: 'admin' })
  expect([promoted.status, await promoted.json()]).toMatchObject([200, { id, role: 'admin' }])
  expect((await fixture.trailOf(id)).map(({ target }) => target)).toEqual([`user:${id}`])
  const { rows } = await sql<{ subject: string }>`
    select envelope ->> 'subject' as subject from outbox_events
    where subject = ${id}::uuid and type = 'user.role_changed.v1'`.execute(fixture.kysely)
  expect(rows).toEqual([{ subject: id }])
  expect((await fixture.put(path, fixture.asAdmin, { role: 'user' })).status).toBe(200)
})

test('who is disabled is out at once, and logs in again after it', async () => {
  const { id, email } = await fixture.person()
  const login = loginAnswer.parse(await (await fixture.logIn(email)).json())
  const headers = { authorization: `Bearer ${login.access_token}` }
  const path = `/api/v1/users/${id}/status`
  expect(await (await fixture.put(path, fixture.asAdmin, { status: 'disabled' })).json()).toMatchObject({
    status: 'disabled',
  })
  expect((await fixture.put(me, headers, { name: 'Eve' })).status).toBe(401)
  expect((await refresh(login.refresh_token)).status).toBe(401)
  expect((await fixture.logIn(email)).status).toBe(401)
  expect((await fixture.put(path, fixture.asAdmin, { status: 'active' })).status).toBe(200)
  expect((await fixture.put(me, headers, { name: 'Eve' })).status, 'the login stays ended').toBe(401)
  expect((await fixture.logIn(email)).status).toBe(200)
  expect((await fixture.put(path, fixture.asAdmin, { status: 'closed' })).status).toBe(422)
})

test.each(['GET /', 'PUT /role', 'PUT /status'])('an unknown and a malformed id are the same 404 at %s', async (of) => {
  const [method = '', path = ''] = of.split(' ')
  const body = path === '/role' ? { role: 'user' } : { status: 'active' }
  const ask = async (id: string) => {
    const place = `/api/v1/users/${id}${path === '/' ? '' : path}`
    const answer = await fixture.send(method, place, {
      headers: fixture.asAdmin,
      ...(method === 'PUT' ? { body } : {}),
    })
    const { status, code } = z.object({ status: z.number(), code: z.string() }).parse(await answer.json())
    return [answer.status, status, code]
  }
  expect(await ask(randomUUID())).toEqual([404, 404, 'object/not-found'])
  expect(await ask('1')).toEqual([404, 404, 'object/not-found'])
})

const pageSchema = z.strictObject({
  data: z.array(z.looseObject({ id: z.string(), email: z.string() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
})
const list = async (query: string) => pageSchema.parse(await (await fixture.get(`/api/v1/users?${query}`)).json())

test('A32: 10 000 accounts are listed once each while 500 register, and no answer has a secret', async () => {
  await sql`
    insert into users (id, email, name, password_hash, created_at)
    select gen_random_uuid(), 'many' || n || '@accounts.example', 'Many',
      '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$dGFn', now() - interval '1 day' + make_interval(secs => n / 7)
    from generate_series(1, 10000) n`.execute(fixture.kysely)
  const earlier = (await fixture.kysely.selectFrom('users').select('id').where('deleted_at', 'is', null).execute()).map(
    ({ id }) => id,
  )
  const columns = new Set<string>()
  for (const sort of ['created_at', '-created_at']) {
    const seen: string[] = []
    let cursor: string | null = ''
    for (let number = 0; cursor !== null; number += 1) {
      // The cost of a registration is its hash, which has nothing to do with lists: rows as it makes them.
      if (number < 50) {
        await sql`
          insert into users (id, email, name, password_hash)
          select gen_random_uuid(), 'new' || ${`${sort}${number}`}::text || n || '@accounts.example', 'New',
            '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$dGFn' from generate_series(1, 10) n`.execute(fixture.kysely)
      }
      const page = await list(`limit=100&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`)
      for (const row of page.data) for (const column of Object.keys(row)) columns.add(column)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.next_cursor
      expect(page.has_more).toBe(cursor !== null)
    }
    const once = new Set(seen)
    expect(once.size, 'none twice').toBe(seen.length)
    expect(earlier.filter((id) => !once.has(id))).toEqual([])
  }
  expect([...columns].toSorted()).toEqual(
    'created_at deleted_at email id locale name phone role status updated_at verified'.split(' '),
  )
}, 60_000)

test('A32: filters narrow the list, an address is compared whole, and a cursor belongs to its query', async () => {
  const { email, id } = await fixture.person()
  expect(await list('email=%25')).toEqual({ data: [], has_more: false, next_cursor: null })
  expect(await list(`email=${email.slice(0, -1)}`)).toMatchObject({ data: [] })
  expect((await list(`email=${email.toUpperCase()}`)).data).toMatchObject([{ id, email }])
  expect((await list('role=admin')).data.map((row) => row.id)).toContain(fixture.admin.id)
  expect((await list('role=admin&verified=false')).data).toEqual([])
  await sql`update users set status = 'disabled' where id = ${id}`.execute(fixture.kysely)
  expect((await list('status=disabled')).data.map((row) => row.id)).toEqual([id])
  const { next_cursor } = await list('limit=1')
  for (const query of ['limit=0', 'verified=1', 'status=gone', 'sort=email', 'page=2', 'email=', 'cursor=x']) {
    expect([query, (await fixture.get(`/api/v1/users?${query}`)).status]).toEqual([query, 400])
  }
  expect(await codeOf(await fixture.get(`/api/v1/users?role=user&cursor=${next_cursor}`))).toBe('request/cursor')
})
