import { type Kysely, sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { GivenAnswer } from '../kit/idempotency.ts'
import { createResultCounter, type Metrics } from '../kit/metrics.ts'
import { Problem } from '../kit/problems.ts'
import type { Applied } from './pay/apply-payment.ts'
import type { OrdersTables } from './schema.ts'
import { type OrderStatus, orderStatuses, transitions } from './status/transitions.ts'
import { taskKinds } from './tasks/task-store.ts'

const placingResults = ['created', 'replayed', 'refused', 'unavailable', 'failed'] as const
type PlacingResult = (typeof placingResults)[number]

const providers = ['none', 'simulated', 'stripe', 'paypal'] as const
const paymentResults = ['captured', 'waiting', 'declined', 'cancelled', 'mismatched', 'returned', 'kept'] as const
const refundResults = ['succeeded', 'failed'] as const
const webhookSources = ['simulated', 'stripe', 'paypal', 'shipping'] as const
const webhookResults = ['kept', 'repeated', 'refused', 'parked'] as const

export type OrderMetrics = ReturnType<typeof createOrderMetrics>

export function createOrderMetrics(metrics: Metrics, database: Kysely<OrdersTables>) {
  const registers = [metrics.registry]
  const placed = createResultCounter(metrics, {
    name: 'orders_total',
    help: 'Attempts to begin an order; refused is the client’s doing, unavailable and failed are ours',
    results: placingResults,
  })
  const payments = pairs(metrics, {
    name: 'payments_total',
    help: 'What providers told of payments; declined is the customer’s bank, no failure of ours',
    firsts: ['provider', providers],
    results: paymentResults,
  })
  const refunds = pairs(metrics, {
    name: 'refunds_total',
    help: 'Refunds that have ended',
    firsts: ['provider', providers],
    results: refundResults,
  })
  const webhooks = pairs(metrics, {
    name: 'webhook_events_total',
    help: 'Webhooks that were received; repeated ones change nothing, refused ones had no good signature',
    firsts: ['provider', webhookSources],
    results: webhookResults,
  })
  const parkedTasks = new Counter({
    name: 'order_tasks_parked_total',
    help: 'Remote work for an order that no try can do: somebody has to look at it',
    labelNames: ['kind'] as const,
    registers,
  })
  for (const kind of taskKinds) parkedTasks.inc({ kind }, 0)
  const moves = new Counter({
    name: 'order_transitions_total',
    help: 'Changes of an order’s status',
    labelNames: ['from', 'to'] as const,
    registers,
  })
  for (const [from, to] of possibleMoves()) moves.inc({ from, to }, 0)
  const fulfilment = new Histogram({
    name: 'order_fulfilment_seconds',
    help: 'From paid to shipped',
    buckets: [60, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 259_200],
    registers,
  })
  addAges(metrics, database)

  return {
    /** Counts how it ends. */
    async counted(placing: Promise<GivenAnswer>): Promise<GivenAnswer> {
      const answer = await placing.catch((error: unknown) => {
        placed.inc({ result: resultOfError(error) })
        throw error
      })
      placed.inc({ result: resultOfAnswer(answer) })
      return answer
    },
    countPayment(provider: (typeof providers)[number], applied: Applied) {
      if (applied !== 'unchanged') payments.inc({ provider, result: applied })
    },
    countRefund(provider: string, result: (typeof refundResults)[number]) {
      refunds.inc({ provider, result })
    },
    countWebhook(provider: (typeof webhookSources)[number], result: (typeof webhookResults)[number]) {
      webhooks.inc({ provider, result })
    },
    countParkedTask: (kind: string) => parkedTasks.inc({ kind }),
    countMove: (from: OrderStatus, to: OrderStatus) => moves.inc({ from, to }),
    observeFulfilment: (seconds: number) => fulfilment.observe(seconds),
  }
}

type Pairs = {
  readonly name: string
  readonly help: string
  readonly firsts: readonly [label: 'provider', values: readonly string[]]
  readonly results: readonly string[]
}

/** A counter by two labels, whose series are there from the start. */
function pairs(metrics: Metrics, { name, help, firsts, results }: Pairs): Counter<'provider' | 'result'> {
  const [label, values] = firsts
  const counter = new Counter({ name, help, labelNames: [label, 'result'] as const, registers: [metrics.registry] })
  for (const provider of values) for (const result of results) counter.inc({ provider, result }, 0)
  return counter
}

function possibleMoves(): (readonly [OrderStatus, OrderStatus])[] {
  const moves = Object.values(transitions).flatMap((row) =>
    orderStatuses.flatMap((from) => {
      const to = row[from] === 'revive' ? 'paid' : row[from]
      const status = orderStatuses.find((known) => known === to)
      return status === undefined || status === from ? [] : [`${from} ${status}`]
    }),
  )
  return [...new Set(moves)].map((move) => {
    const [from, to] = move.split(' ').flatMap((word) => orderStatuses.find((known) => known === word) ?? [])
    return [from ?? 'draft', to ?? 'draft'] as const
  })
}

const waiting = ['pending', 'paid', 'processing', 'shipped'] as const

/** Asked of the tables when somebody looks, so that every replica shows the same. */
function addAges({ registry }: Metrics, database: Kysely<OrdersTables>): void {
  const parked = new Gauge({
    name: 'webhook_events_parked',
    help: 'Webhooks that nobody could apply within a day',
    registers: [registry],
    async collect() {
      const { rows } = await sql<{ count: number }>`
        select count(*) from webhook_events where state = 'parked'`
        .execute(database)
        .catch(nothing)
      for (const { count } of rows) parked.set(count)
    },
  })
  const ages = new Gauge({
    name: 'orders_oldest_age_seconds',
    help: 'How long the oldest order has been in this status',
    labelNames: ['status'] as const,
    registers: [registry],
    async collect() {
      const { rows } = await sql<{ status: OrderStatus; seconds: number }>`
        select status, extract(epoch from now() - min(case status
          when 'pending' then coalesce(pending_at, created_at)
          when 'shipped' then coalesce(shipped_at, updated_at)
          else coalesce(paid_at, updated_at) end))::double precision as seconds
        from orders where status in ('pending', 'paid', 'processing', 'shipped') group by status`
        .execute(database)
        .catch(nothing)
      for (const status of waiting) ages.set({ status }, rows.find((row) => row.status === status)?.seconds ?? 0)
    },
  })
  for (const status of waiting) ages.set({ status }, 0)
}

/** Metrics of a process whose database is away stay as they are. */
const nothing = () => ({ rows: [] })

function resultOfAnswer({ replayed, status }: GivenAnswer): PlacingResult {
  if (replayed) return 'replayed'
  return status < 400 ? 'created' : 'refused'
}

function resultOfError(error: unknown): PlacingResult {
  if (!(error instanceof Problem)) return 'failed'
  return error.kind.status >= 500 ? 'unavailable' : 'refused'
}
