import type { Edit, Fault } from './fault.ts'

const moves = 'orders/status/move-order.ts'
const signatures = 'orders/payments/signed-payload.ts'
const keptWebhooks = ['orders/webhooks/kept-webhooks.integration.test.ts'] as const
const oneSuccess = ['testing/money/one-success.integration.test.ts'] as const
const cancels = ['testing/money/cancel-races.integration.test.ts'] as const

/** Neither the row is held, nor is its status asked for where it is written. */
const withoutRow: readonly Edit[] = [
  { file: moves, search: ' for update`', replacement: '`' },
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
        search: "=> capturedCents > 0 || status === 'captured'\n",
        replacement: "=> capturedCents < 0 && status === 'captured'\n",
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
        search: '    await delayWebhook(transaction, webhook, { seconds, error })\n',
        replacement: "    await endWebhook(transaction, webhook, { state: 'applied' })\n",
      },
    ],
    project: 'integration',
    files: keptWebhooks,
    ids: ['O20'],
  },
  {
    name: 'payment: to ask captures also what nobody waits for any more',
    edits: [
      {
        file: 'orders/pay/ask-provider.ts',
        search:
          '  if (isAtWork(payment) && (await isWaitedFor(parts.database, payment))) return provider.fetch(known, signal)\n',
        replacement: '  void [isAtWork, isWaitedFor]\n  return provider.fetch(known, signal)\n',
      },
    ],
    project: 'integration',
    files: ['orders/pay/ask-provider.integration.test.ts'],
    ids: ['O17'],
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
