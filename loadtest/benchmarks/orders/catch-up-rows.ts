import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { services } from '../../../services/registry.ts'
import type { Measurement } from '../services/row.ts'
import type { BusName } from './bus-rows.ts'
import { openClient } from './open-client.ts'
import { type OrdersGround, startShop } from './running-shop.ts'
import { openSettling } from './settled.ts'

const peakMebibytes = (processId: number): number => {
  const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}

/** Told of orders that are nowhere else: placed, paid, shipped and delivered. */
const fill = async (client: pg.Client, { events, productIds }: Filling): Promise<void> => {
  await client.query(
    `select append_event(type, subject, facts || more, $1, 'r-bench', null)
     from (
       select subject, kind.type, kind.more, jsonb_build_object('user_id', gen_random_uuid(), 'status', kind.status,
         'currency', 'EUR', 'total_cents', 3000, 'lines', jsonb_build_array(
           jsonb_build_object('product_id', ($2::uuid[])[1 + n % 1000], 'quantity', 1),
           jsonb_build_object('product_id', ($2::uuid[])[1001 + n % 1000], 'quantity', 2))) as facts
       from (select n, gen_random_uuid() as subject from generate_series(1, $3::integer) n) told,
         (values (1, 'order.placed.v1', 'pending', '{}'::jsonb),
           (2, 'order.paid.v1', 'paid', jsonb_build_object('payment_id', gen_random_uuid(), 'provider', 'simulated',
             'amount_cents', 3000)),
           (3, 'order.shipped.v1', 'shipped', jsonb_build_object('shipment_ids', jsonb_build_array(gen_random_uuid()))),
           (4, 'order.delivered.v1', 'delivered', '{}'::jsonb)) as kind (place, type, status, more)
       order by kind.place
     ) as event`,
    [services.orders.longName, productIds.slice(0, 2_000), Math.round(events / 4)],
  )
  await client.query('vacuum analyze outbox_events')
}

type Filling = { readonly events: number; readonly productIds: readonly string[] }

/** So many events wait when the services start: how long until everybody has handled them, and what it takes. */
export const measureCatchUp = async (
  { shop, rows }: OrdersGround,
  { events }: { readonly events: number },
): Promise<readonly Measurement[]> => {
  const buses: readonly (readonly [BusName, string | null])[] = [
    ['PostgreSQL', shop.postgresBusUrl],
    ['Redis', shop.redisUrl],
  ]
  const measured: Measurement[] = []
  for (const [name, busUrl] of buses) {
    if (busUrl !== null) measured.push(...(await catchUp({ shop, rows, name, busUrl, events })))
  }
  return measured
}

type CatchUp = Pick<OrdersGround, 'shop' | 'rows'> & {
  readonly name: BusName
  readonly busUrl: string
  readonly events: number
}

const catchUp = async ({ shop, rows, name, busUrl, events }: CatchUp): Promise<readonly Measurement[]> => {
  const client = await openClient(shop.databaseUrl('orders'))
  // Once before, so that every group is there and has nothing left to do.
  const first = await startShop(shop, { busUrl })
  const settling = await openSettling(shop.databaseUrl('orders'), busUrl)
  await settling.wait()
  await first.stop()
  await fill(client, { events, productIds: rows.productIds })
  const running = await startShop(shop, { busUrl })
  try {
    await settling.wait()
    const { rows: timed } = await client.query<{ seconds: number }>(`
      select extract(epoch from clock_timestamp() - min(published_at))::double precision as seconds from (
        select published_at from outbox_events order by seq desc limit ${events}
      ) as last`)
    const what = `${name}: ${events.toLocaleString('en')} events that waited`
    const peak = (service: 'orders' | 'catalog'): Measurement => ({
      id: 'E24',
      what: `${what}: most memory of ${service} meanwhile`,
      value: peakMebibytes(running[service].processId),
      unit: 'MiB',
      target: null,
    })
    const seconds = timed[0]?.seconds ?? Number.NaN
    return [
      { id: 'E24', what: `${what}: until every consumer has handled them`, value: seconds, unit: 's', target: null },
      peak('orders'),
      peak('catalog'),
    ]
  } finally {
    await settling.close()
    await running.stop()
    await client.end()
  }
}
