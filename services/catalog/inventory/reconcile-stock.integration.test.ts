import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const reconcile = (as = 'admin') => catalog.send('POST', '/api/v1/inventory/reconcile', { as })
const driftMetric = async () => /^inventory_drift_units (\d+)$/m.exec(await catalog.metrics.registry.metrics())?.[1]
const driftLines = () => catalog.lines().filter(({ message }) => message === 'stock has drifted')

test('C16: what the counters do not owe to movements and reservations is told, by the product, and left as it is', async () => {
  const held = await catalog.held({ count: 1_200, quantity: 10, units: 4, due: false })
  expect(await reconcile()).toMatchObject({ status: 200, body: { checked: 1_200, drifted: 0, drift_units: 0 } })
  expect(await driftMetric()).toBe('0')

  const [reserved, quantity] = [held[3]?.productId ?? '', held[1_100]?.productId ?? '']
  await sql`update inventory set reserved = reserved + 2 where product_id = ${reserved}`.execute(catalog.kysely)
  await sql`update inventory set quantity = quantity - 5 where product_id = ${quantity}`.execute(catalog.kysely)
  const drifts = [
    { product_id: reserved, quantity: 10, moved: 10, reserved: 6, held: 4 },
    { product_id: quantity, quantity: 5, moved: 10, reserved: 4, held: 4 },
  ].toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1))
  expect((await reconcile()).body).toMatchObject({ checked: 1_200, drifted: 2, drift_units: 7, products: drifts })
  expect(await driftMetric()).toBe('7')
  expect(driftLines()).toMatchObject(drifts.map((drift) => ({ level: 'ERROR', ...drift })))

  expect((await reconcile()).body).toMatchObject({ drift_units: 7 })
  expect(await catalog.stockOf(reserved)).toEqual({ quantity: 10, reserved: 6, held: 4, moved: 10 })
  expect(await catalog.stockOf(quantity)).toEqual({ quantity: 5, reserved: 4, held: 4, moved: 10 })
})

test('only an admin may have stock compared', async () => {
  expect((await reconcile(customer)).status).toBe(403)
  expect((await catalog.send('POST', '/api/v1/inventory/reconcile')).status).toBe(401)
})
