import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCatalog, testCatalog } from '../testing/test-catalog.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const post = async (what: string, body: object) => {
  const answer = await catalog.send('POST', `/api/v1/inventory/${what}`, { as: 'admin', body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}
const statesOf = async (...references: string[]) => (await post('reservations/states', { references })).reservations

test('of reservations it tells their states and items, by reference, and nothing of those that there are not', async () => {
  const held = await catalog.held({ count: 5, quantity: 10, units: 3, due: false })
  const [active, released, sold, partly, returned] = held.map(({ reference }) => reference)
  const product = (index: number) => held[index]?.productId
  await post('release', { reference: released })
  for (const reference of [sold, partly, returned]) await post('commit', { reference })
  const items = [{ product_id: product(3), quantity: 2 }]
  await post('return', { reference: partly, return_key: 'refund:1', items })
  await post('return', { reference: returned })
  const wanted = [
    { reference: active, state: 'active', items: [{ product_id: product(0), quantity: 3, returned: 0 }] },
    { reference: released, state: 'released', items: [{ product_id: product(1), quantity: 3, returned: 0 }] },
    { reference: sold, state: 'committed', items: [{ product_id: product(2), quantity: 3, returned: 0 }] },
    { reference: partly, state: 'committed', items: [{ product_id: product(3), quantity: 3, returned: 2 }] },
    { reference: returned, state: 'returned', items: [{ product_id: product(4), quantity: 3, returned: 3 }] },
  ]
  const references = held.map(({ reference }) => reference)
  const found = await statesOf(...references, 'nobody:1', ...references)
  expect(found).toEqual(wanted.toSorted((one, other) => (String(one.reference) < String(other.reference) ? -1 : 1)))
  expect(await statesOf('nobody:1')).toEqual([])
})

test.each([[[]], [Array.from({ length: 101 }, (_, index) => `r:${index}`)], [['with space']], [['']]])(
  '%j are no references to ask for',
  async (references) => {
    const path = '/api/v1/inventory/reservations/states'
    const { status, body } = await catalog.send('POST', path, { as: 'admin', body: { references } })
    expect([status, body.code]).toEqual([422, 'request/invalid'])
  },
)

test('it is for services and admins: a customer may not look at the holds of others', async () => {
  const path = '/api/v1/inventory/reservations/states'
  const ask = async (as: string) => (await catalog.send('POST', path, { as, body: { references: ['r:1'] } })).status
  expect([await ask('service:inventory:reserve'), await ask('service:inventory:commit')]).toEqual([200, 403])
  expect(await ask('0192f0c4-5a00-7000-8000-00000000000a')).toBe(403)
})
