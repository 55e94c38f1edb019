import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bySystem } from '../status/move-order.ts'
import { recordRefund } from './record-refund.ts'
import { insertRefund } from './refund-store.ts'
import { chargedOrder } from './testing/charged-order.ts'
import { type RefundStage, refundStage } from './testing/refund-stage.ts'

let stage: RefundStage
beforeAll(async () => {
  stage = await refundStage()
})
afterAll(() => stage?.close())

const origin = bySystem({ requestId: 'test' })
const told = { state: 'succeeded', providerRefundRef: null } as const

/** A refund that nobody has sent. */
async function pendingRefund(): Promise<string> {
  const order = await chargedOrder(stage)
  const id = stage.parts.newId()
  await stage.kysely.transaction().execute((transaction) =>
    insertRefund(transaction, {
      id,
      paymentId: order.paymentId ?? '',
      key: 'test',
      providerKey: `${order.paymentKey}:test`,
      amountCents: 1_000,
      shippingCents: 0,
      reason: 'as agreed',
      origin,
    }),
  )
  return id
}

const undone = new Error('rolled back')

function record(refundId: string, { fails }: { readonly fails: boolean }): Promise<unknown> {
  return stage.kysely.transaction().execute(async (transaction) => {
    await recordRefund(transaction, stage.parts, { refundId, told, origin })
    if (fails) throw undone
  })
}

async function numbersOf(prefix: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select number from invoices where starts_with(series, ${prefix}) order by number`.execute(stage.kysely)
  return rows.map(({ number }) => number)
}

/** As many at once as there are connections: none waits for one, all wait for the counter's row. */
async function allAtOnce(ids: readonly string[], run: (id: string, index: number) => Promise<unknown>): Promise<void> {
  const left = ids.entries()
  const worker = async () => {
    for (const [index, id] of left) await run(id, index)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
}

test('O8: 100 refunds that end at once, 20 of them rolled back before, have credit notes 1 to 100 of their own series', async () => {
  const refundIds: string[] = []
  for (let count = 0; count < 100; count += 1) refundIds.push(await pendingRefund())
  const undoings: unknown[] = []
  await allAtOnce(refundIds, async (id, index) => {
    if (index % 5 > 0) return record(id, { fails: false })
    undoings.push(await record(id, { fails: true }).catch((error: unknown) => error))
  })
  expect(undoings).toEqual(Array.from({ length: 20 }, () => undone))
  expect(await numbersOf('CN-')).toEqual(Array.from({ length: 80 }, (_, index) => index + 1))

  // Told three times each, at once.
  await allAtOnce(
    refundIds.flatMap((id) => [id, id, id]),
    (id) => record(id, { fails: false }),
  )
  expect(await numbersOf('CN-')).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(await numbersOf('INV-')).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  const { rows } = await sql`
    select from invoices where refund_id is not null group by refund_id having count(*) > 1`.execute(stage.kysely)
  expect(rows).toEqual([])
})

test('O8: a credit note of another year begins at 1', async () => {
  const refundId = await pendingRefund()
  const parts = { ...stage.parts, now: () => new Date('2031-01-01T00:00:00Z') }
  await stage.kysely
    .transaction()
    .execute((transaction) => recordRefund(transaction, parts, { refundId, told, origin }))
  expect(await numbersOf('CN-2031')).toEqual([1])
})
