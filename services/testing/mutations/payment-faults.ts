import type { Edit, Fault } from './fault.ts'

const moves = 'orders/status/move-order.ts'
const sagas = 'orders/saga/saga-store.ts'
const signatures = 'orders/payments/signed-payload.ts'
const keptWebhooks = ['orders/webhooks/kept-webhooks.integration.test.ts'] as const
const oneSuccess = ['testing/money/one-success.integration.test.ts'] as const
const leftSagas = ['orders/saga/left-sagas.integration.test.ts'] as const
const cancels = ['testing/money/cancel-races.integration.test.ts'] as const

/** Neither the row is held, nor is its status asked for where it is written. */
const withoutRow: readonly Edit[] = [
  { file: moves, search: '    .forUpdate()\n', replacement: '' },
  {
    file: moves,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    search: ' and status = any(${from}) and status <> ${to}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    replacement: ' and ${from}::text[] is not null and ${to}::text is not null',
  },
]

export const paymentFaults: readonly Fault[] = [
  {
    name: 'webhook: it is answered, and not kept',
    edits: [
      {
        file: 'orders/webhooks/webhook-store.ts',
        search: 'on conflict (provider, event_id) do nothing`.execute(database)',
        replacement:
          'on conflict (provider, event_id) do nothing`.execute(database).then(() => sql`delete from webhook_events`.execute(database))',
      },
    ],
    project: 'integration',
    files: keptWebhooks,
    ids: ['O4'],
  },
  {
    name: 'webhook: a copy is another event, and another success',
    edits: [
      {
        file: 'orders/webhooks/webhook-store.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'values (${provider}, ${eventId}, ',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'values (${provider}, ${eventId} || gen_random_uuid(), ',
      },
      {
        file: 'orders/pay/apply-payment.ts',
        search: "  if (payment.capturedCents > 0 || payment.status === 'captured') return 'unchanged'\n",
        replacement: '',
      },
    ],
    project: 'integration',
    files: oneSuccess,
    ids: ['O3'],
  },
  {
    name: 'webhook: any signature is good',
    edits: [
      {
        file: signatures,
        search: '  if (!signatures.some(',
        replacement: '  if (signatures.length < 0 && !signatures.some(',
      },
    ],
    project: 'integration',
    files: keptWebhooks,
    ids: ['O4'],
  },
  {
    name: 'webhook: a signature is good for ever',
    edits: [{ file: signatures, search: 'toleranceSeconds = 300', replacement: 'toleranceSeconds = 3_000_000_000' }],
    project: 'integration',
    files: keptWebhooks,
    ids: ['O4'],
  },
  {
    name: 'webhook: one that fails counts as applied',
    edits: [
      {
        file: 'orders/webhooks/apply-webhooks.ts',
        search: 'if (seconds !== undefined) return delayWebhook(',
        replacement:
          "if (seconds !== undefined) return endWebhook(transaction, webhook, { state: 'applied' })\n  if (seconds !== undefined) return delayWebhook(",
      },
    ],
    project: 'integration',
    files: keptWebhooks,
    ids: ['O20'],
  },
  {
    name: 'saga: nobody goes on with what a process has left',
    edits: [
      {
        file: sagas,
        search:
          "where step <> 'done' and next_run_at <= now() and (locked_until is null or locked_until <= now())\n      order by",
        replacement: 'where false\n      order by',
      },
    ],
    project: 'integration',
    files: leftSagas,
    ids: ['O5'],
  },
  {
    name: 'saga: a step is not written down',
    edits: [
      {
        file: sagas,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'update order_sagas s set step = ${step}, attempt = 0, last_error',
        replacement: 'update order_sagas s set attempt = 0, last_error',
      },
      {
        file: sagas,
        search: '  return leased(row)\n}\n\n/** What it is at now',
        replacement: '  return leased({ ...row, step })\n}\n\n/** What it is at now',
      },
    ],
    project: 'integration',
    files: leftSagas,
    ids: ['O5'],
  },
  {
    name: 'saga: the money stays where the stock is gone',
    edits: [
      {
        file: 'orders/saga/confirm-order.ts',
        search:
          "  await giveBack(transaction, { id: parts.newId(), paymentId: saga.paymentId, key: 'undo', reason }, origin)\n",
        replacement: '  void [giveBack, parts.newId, reason]\n',
      },
    ],
    project: 'integration',
    files: ['orders/saga/stock-gone.integration.test.ts'],
    ids: ['O5'],
  },
  {
    name: 'cancel: the stock does not come back',
    edits: [
      {
        file: 'orders/cancel/cancel-order.ts',
        search: '  await returnStockLater(transaction, { order, cause: origin.cause })\n',
        replacement: '  void returnStockLater\n',
      },
    ],
    project: 'integration',
    files: cancels,
    ids: ['O7'],
  },
  {
    name: 'order: cancel and shipment look at the status, then write it, without its row',
    edits: withoutRow,
    project: 'integration',
    files: cancels,
    ids: ['O7'],
  },
]
