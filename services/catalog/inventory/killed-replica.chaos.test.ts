import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failpointExitCode } from '../../kit/failpoints.ts'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { type Answer, countOf, parallel } from '../testing/answer.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

let catalog: CatalogProcesses
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 2 })
})
afterAll(() => catalog.close())

type Wish = { readonly as: string; readonly body: { reference: string; items: object[] } }
const wishOf = (product_id: string, as = 'service:inventory:reserve'): Wish => {
  const reference = as.startsWith('service') ? `order:${randomUUID()}` : `${as}:order:${randomUUID()}`
  return { as, body: { reference, items: [{ product_id, quantity: 1 }] } }
}
const reserveAt = (process: ServiceProcess, wish: Wish) =>
  catalog.sendTo(process, { method: 'POST', path: '/api/v1/inventory/reserve', ...wish })
/** Undefined where the process died before it answered. */
const answered = (answer: Promise<Answer>) => answer.catch(() => undefined)

function twoRunning(): [ServiceProcess, ServiceProcess] {
  const [one, other] = catalog.running
  if (one === undefined || other === undefined) throw new Error('two processes should be running')
  return [one, other]
}

test('C1.T2: with one of two processes killed in the storm, repeated reserves are never above the stock', async () => {
  let unanswered = 0
  for (let round = 0; round < 5; round += 1) {
    const [victim, survivor] = twoRunning()
    const product = await catalog.stocked(100)
    const wishes = Array.from({ length: 200 }, () => wishOf(product))
    let seen = 0
    const lastBefore = 10 + Math.floor(Math.random() * 80)
    const first = wishes.map((wish, index) =>
      answered(reserveAt(index % 2 === 0 ? victim : survivor, wish)).then((answer) => {
        seen += 1
        if (seen === lastBefore) victim.signal('SIGKILL')
        return answer
      }),
    )
    const answers = await Promise.all(first)
    await catalog.kill(victim)
    unanswered += answers.filter((answer) => answer === undefined).length
    const settled = await parallel(200, async (index) => {
      const wish = wishes[index]
      if (wish === undefined) throw new Error('no wish')
      return answers[index] ?? reserveAt(survivor, wish)
    })
    for (const { status, body } of settled) {
      expect(['200', '201', '409 inventory/insufficient']).toContain(`${status} ${body.code}`.trim())
    }
    expect(countOf(settled, 200) + countOf(settled, 201)).toBe(100)
    expect(new Set(settled.filter(({ status }) => status < 300).map(({ body }) => body.id)).size).toBe(100)
    expect(await catalog.stockOf(product)).toEqual({ quantity: 100, reserved: 100, held: 100, moved: 100 })
    await catalog.start()
  }
  expect(unanswered, 'nobody was killed in the storm').toBeGreaterThan(0)
})

test('C1.T2: a process that dies between the commit and the answer has held once, one that dies before has not', async () => {
  const [, survivor] = twoRunning()
  const product = await catalog.stocked(10)
  const user = randomUUID()
  for (const [place, status, held] of [
    ['inventory.reserve.after_commit', 200, 1],
    ['inventory.reserve.before_commit', 201, 2],
  ] as const) {
    const mortal = await catalog.start({ FAILPOINTS: `${place}:exit` })
    const wish = wishOf(product, user)
    expect(await answered(reserveAt(mortal, wish))).toBeUndefined()
    expect(await mortal.ended).toBe(failpointExitCode)
    await catalog.kill(mortal)
    expect((await reserveAt(survivor, wish)).status).toBe(status)
    expect(await catalog.stockOf(product)).toMatchObject({ reserved: held, held })
  }
})

test('a process that dies while it ends a hold leaves it to the other, which ends it once', async () => {
  for (const process of [...catalog.running]) await catalog.kill(process)
  const [held] = await catalog.held({ count: 1, quantity: 5, units: 5, due: true })
  if (held === undefined) throw new Error('nothing is held')
  const mortal = await catalog.start({ FAILPOINTS: 'inventory.expire.before_commit:exit' })
  expect(await mortal.ended).toBe(failpointExitCode)
  await catalog.kill(mortal)
  expect(await catalog.stateOf(held.reference)).toBe('active')
  expect(await catalog.eventsOf(held.reservationId)).toEqual([])

  await catalog.start()
  await expect.poll(() => catalog.stateOf(held.reference), { timeout: 5_000 }).toBe('expired')
  expect(await catalog.stockOf(held.productId)).toEqual({ quantity: 5, reserved: 0, held: 0, moved: 5 })
  expect(await catalog.eventsOf(held.reservationId)).toHaveLength(1)
})
