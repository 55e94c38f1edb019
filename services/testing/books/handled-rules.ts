import { type Ask, type Books, finding, type Rule, sqlRule } from './books.ts'

type Handling = {
  readonly consumer: string
  /** Where it notes what it has handled. */
  readonly at: 'orders' | 'catalog'
  readonly types: readonly string[]
}

/** `orders-counters` is left out: what it does is not in a database, and it began where it was when it was new. */
const handlings: readonly Handling[] = [
  {
    consumer: 'order-notifications',
    at: 'orders',
    types: [
      ...['placed', 'paid', 'shipped', 'delivered', 'expired', 'cancelled', 'refunded'].map(
        (word) => `order.${word}.v1`,
      ),
      'inventory.low.v1',
    ],
  },
  { consumer: 'orders-closed-customers', at: 'orders', types: ['user.closed.v1'] },
  { consumer: 'catalog-purchases', at: 'catalog', types: ['order.paid.v1', 'order.delivered.v1'] },
]

export const handledRules: readonly Rule[] = [
  ...handlings.map(
    (handling): Rule => ({
      area: 'events',
      says: `${handling.consumer} has handled each event that is its business`,
      async look(books) {
        const [told, handled] = await Promise.all([
          readTold(books, handling),
          readHandled(books[handling.at], handling),
        ])
        const missing = told.filter(({ id }) => !handled.has(id)).map(({ id, type }) => `${type} ${id} is not handled`)
        return finding(told.length, missing)
      },
    }),
  ),
  {
    area: 'events',
    says: 'nothing is handled that nobody wrote',
    async look(books) {
      // Whoever leaves out a book leaves out what it wrote.
      if (books.users === undefined) return undefined
      const written = new Set((await readTold(books, undefined)).map(({ id }) => id))
      const noted = (await Promise.all([readNoted(books.orders), readNoted(books.catalog)])).flat()
      const invented = noted.filter(({ id }) => !written.has(id))
      return finding(
        noted.length,
        invented.map(({ id, consumer }) => `${consumer} handled ${id}`),
      )
    },
  },
  ...(['orders', 'catalog'] as const).map((book) =>
    sqlRule({
      area: 'events',
      says: `no event is put aside or given up in ${book}`,
      book,
      of: 'processed_events',
      offenders: `
        select consumer || ' tries ' || event_id || ' again: ' || last_error as offender from event_attempts
        union all
        select consumer || ' gave up ' || event_id || ': ' || last_error from dead_events
        where replayed_at is null and dropped_at is null`,
    }),
  ),
]

type Told = { readonly id: string; readonly type: string }

/** Of all services that are there; of every type where no consumer is named. */
async function readTold({ orders, catalog, users }: Books, handling: Handling | undefined): Promise<readonly Told[]> {
  const types = handling?.types.map((type) => `'${type}'`).join(', ')
  const which = types === undefined ? '' : ` where type in (${types})`
  const outboxes = [orders, catalog, ...(users === undefined ? [] : [users])]
  const found = outboxes.map((ask) => ask<Told>(`select id, type from outbox_events${which} order by seq`))
  return (await Promise.all(found)).flat()
}

async function readHandled(ask: Ask, { consumer }: Handling): Promise<ReadonlySet<string>> {
  const rows = await ask<{ id: string }>(`select event_id as id from processed_events where consumer = '${consumer}'`)
  return new Set(rows.map(({ id }) => id))
}

/** Of late: what was written longer ago may be forgotten. */
const readNoted = (ask: Ask) =>
  ask<{ id: string; consumer: string }>(`
    select event_id as id, consumer from processed_events where at > now() - interval '13 days'`)
