import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Envelope } from '../../kit/bus/envelope.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import type { NotificationsFixture } from './testing/notifications-fixture.ts'
import { notificationsStage } from './testing/notifications-stage.ts'
import { testEvent } from './testing/test-notifications.ts'
import { emailOf } from './testing/users-stand-in.ts'

const stage = notificationsStage()
const processes: ServiceProcess[] = []
let clock = Date.now()
const later = (seconds: number) => {
  clock += seconds * 1_000
}
afterEach(() => Promise.all(processes.splice(0).map((process) => process.kill())))

const now = () => new Date(clock)
const open = (url = stage.mail.url) => stage.fixture.open({ SMTP_URL: url }, { now, sendingMilliseconds: 100 })
const placed = (user_id: string = randomUUID()) => testEvent('order.placed.v1', { data: { user_id } })
type Rows = Awaited<ReturnType<NotificationsFixture['rows']>>
const attemptsOf = (rows: Rows) => rows.reduce((sum, row) => sum + row.attempts, 0)
const attempts = async () => attemptsOf(await stage.fixture.rows())
/** Null while one is going on, whose end is not written down yet. Of one look: one may begin between two. */
const settledAttempts = async () => {
  const rows = await stage.fixture.rows()
  return rows.some(({ state }) => state === 'sending') ? null : attemptsOf(rows)
}
const states = async () => (await stage.fixture.rows()).map(({ state }) => state)
const repeated = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value)

test('E27: what is refused for good fails with the reason, and the others arrive', async () => {
  const [gone, there] = [randomUUID(), randomUUID()]
  stage.mail.be({ code: 550, at: 'recipient', only: emailOf(gone) })
  const { deliver, lines } = open()
  for (const user_id of [gone, there]) await deliver(placed(user_id))
  await expect.poll(states, { timeout: 10_000 }).toEqual(['failed', 'sent'])
  expect((await stage.fixture.rows())[0]).toMatchObject({ attempts: 1, last_error: '550 at RCPT TO' })
  expect(stage.mail.mails.map(({ to }) => to)).toEqual([[emailOf(there)]])
  expect(JSON.stringify(lines())).not.toContain(emailOf(gone))
})

test.each(['connect', 'recipient', 'data'] as const)(
  'E27: what is put off at %s is tried again in steps',
  async (at) => {
    stage.mail.be({ code: 451, at })
    const { deliver } = open()
    await deliver(placed())
    await expect.poll(attempts, { timeout: 10_000 }).toBe(1)
    const startedAt = performance.now()
    const row = async () => (await stage.fixture.rows())[0]
    await expect.poll(row, { timeout: 10_000 }).toMatchObject({ state: 'pending', attempts: 3 })
    expect((await row())?.last_error).toMatch(/^451 at /)
    // 1 s and 2 s, a fifth less, and what it took to see the first attempt.
    expect(performance.now() - startedAt).toBeGreaterThan(2_000)
    stage.mail.be('well')
    await stage.fixture.makeDue()
    await expect.poll(states, { timeout: 10_000 }).toEqual(['sent'])
    expect(stage.mail.mails).toHaveLength(1)
  },
)

test.each([
  ['frozen', 'ETIMEDOUT at CONN'],
  ['silent', 'EABORT at connection'],
] as const)(
  'E27: a server that lets us wait, %s, is given up in 10 s, left alone and asked again',
  async (mood, reason) => {
    stage.mail.be(mood)
    const { deliver, optionalChecks } = open()
    await deliver(placed())
    await expect.poll(() => stage.mail.connections(), { timeout: 5_000 }).toBe(1)
    const startedAt = performance.now()
    const row = async () => (await stage.fixture.rows())[0]
    await expect.poll(row, { timeout: 15_000 }).toMatchObject({ state: 'pending', last_error: reason })
    expect(performance.now() - startedAt).toBeLessThan(12_000)
    await expect(optionalChecks.mail?.()).rejects.toThrow('gone')
    stage.mail.be('well')
    await stage.fixture.makeDue()
    later(30)
    await expect.poll(states, { timeout: 10_000 }).toEqual(['sent'])
    expect(stage.mail.mails).toHaveLength(1)
  },
)

test('E27: a server that is gone for ten minutes is asked once in 30 s, and gets each of the backlog once', async () => {
  const { port } = stage.mail
  await stage.mail.stop()
  const { deliver, optionalChecks } = open(`smtp://127.0.0.1:${port}`)
  await deliver(placed())
  await expect.poll(settledAttempts, { timeout: 10_000 }).toBe(1)
  for (let index = 0; index < 40; index += 1) await deliver(placed())
  for (let probe = 2; probe <= 20; probe += 1) {
    later(29)
    await stage.fixture.makeDue()
    // It is looked for mails every 50 ms here.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await attempts(), 'not before 30 s').toBe(probe - 1)
    later(1)
    await expect.poll(settledAttempts, { timeout: 10_000 }).toBe(probe)
  }
  await expect(optionalChecks.mail?.()).rejects.toThrow('gone')
  await stage.startMailAgain()
  later(30)
  await stage.fixture.makeDue()
  await expect.poll(states, { timeout: 30_000 }).toEqual(repeated(41, 'sent'))
  await optionalChecks.mail?.()
  const ids = stage.mail.mails.map(({ headers }) => headers['message-id'])
  expect([ids.length, new Set(ids).size]).toEqual([41, 41])
})

test.each(['frozen', 'gone', { code: 451, at: 'data' }, { code: 554, at: 'connect' }] as const)(
  'E27: requests are answered as ever while the mail server is %j, and SMS are sent',
  async (mood) => {
    if (mood === 'gone') await stage.mail.stop()
    else stage.mail.be(mood)
    const main = join(import.meta.dirname, 'testing/notifications-main.ts')
    const process = await startService(main, stage.fixture.environment(stage.mail))
    processes.push(process)
    const user_id = randomUUID()
    stage.fixture.users.know(user_id, { phone: '+41445550188' })
    const before = stage.fixture.gateway.delivered().length
    const post = (envelope: Envelope) =>
      fetch(`${process.url}/events`, {
        method: 'POST',
        body: JSON.stringify(envelope),
        headers: { 'content-type': 'application/json' },
      })
    const events = Array.from({ length: 20 }, () => testEvent('order.shipped.v1', { data: { user_id } }))
    const answers = await Promise.all(events.map(post))
    expect(answers.map(({ status }) => status)).toEqual(repeated(20, 204))
    await expect.poll(() => stage.fixture.gateway.delivered().length - before, { timeout: 20_000 }).toBe(20)
    const later = await Promise.all(Array.from({ length: 5 }, () => post(placed(user_id))))
    expect(later.map(({ status }) => status)).toEqual(repeated(5, 204))
    const byMail = (await stage.fixture.rows()).filter(({ channel }) => channel === 'mail')
    expect(byMail).toHaveLength(25)
    expect(byMail.filter(({ state }) => state === 'sent' || state === 'failed')).toEqual([])
  },
)
