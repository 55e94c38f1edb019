import { beforeEach, expect, test } from 'vitest'
import { admins, users } from './access.ts'
import { DatabaseUnavailable } from './database-faults.ts'
import { createGuard } from './guard.ts'
import { PeerUnavailable } from './peer.ts'
import { createRoutes } from './routes.ts'
import { testApp } from './testing/test-app.ts'

const access = { mine: users, admin: admins } as const
const asksFromAfar = {
  onDegraded: () => {
    degraded += 1
  },
}
const outage = new PeerUnavailable('users', { mayHaveActed: false, retryAfterSeconds: 2, cause: undefined })
let degraded: number
beforeEach(() => {
  degraded = 0
})

/** What both routes answer where the lookup of a login fails, and what is logged as our own mistake. */
async function answersOf(failure: Error, option: { onDegraded?: () => void }, role: 'user' | 'admin' = 'user') {
  const guard = createGuard({
    access,
    verify: async () => ({ kind: 'user', userId: 'a', sessionId: 'b', role, emailVerified: true }),
    sessions: { now: async () => Promise.reject(failure) },
    ...option,
  })
  const routes = createRoutes()
  routes.get('/mine', guard.user('mine').middleware, (c) => c.json(c.get('principal').role))
  routes.get('/admin', guard.user('admin').middleware, (c) => c.json(c.get('principal').role))
  const { app, lines } = testApp(routes)
  const statusOf = async (path: string) =>
    (await app.request(path, { headers: { authorization: 'Bearer any' } })).status
  const statuses = [await statusOf('/mine'), await statusOf('/admin')]
  return { statuses, degraded, faults: lines().filter(({ message }) => message === 'request failed').length }
}

test('A24: only where users is asked from afar, and does not answer, customers go on by their token', async () => {
  expect(await answersOf(outage, asksFromAfar)).toEqual({ statuses: [200, 503], degraded: 1, faults: 0 })
  expect((await answersOf(outage, {})).statuses).toEqual([503, 503])
})

test('A24: an admin is not taken for a customer while roles cannot be checked', async () => {
  expect(await answersOf(outage, asksFromAfar, 'admin')).toEqual({ statuses: [503, 503], degraded: 0, faults: 0 })
})

test('A24: a bug in the lookup is a logged 500, and nobody goes on by it', async () => {
  const bug = new TypeError('sessions is not a function')
  expect(await answersOf(bug, asksFromAfar)).toEqual({ statuses: [500, 500], degraded: 0, faults: 2 })
})

test('A25: where the own table cannot be read nobody goes on by the token: 503', async () => {
  const gone = new DatabaseUnavailable('the connection was killed')
  expect((await answersOf(gone, {})).statuses).toEqual([503, 503])
  expect(await answersOf(gone, asksFromAfar)).toEqual({ statuses: [503, 503], degraded: 0, faults: 0 })
})
