import type { Fault } from './fault.ts'

const races = ['orders/refunds/refund-races.integration.test.ts'] as const
const refunds = ['orders/refunds/refunds.integration.test.ts'] as const
const units = ['orders/refunds/refunded-units.integration.test.ts'] as const
const foreign = ['orders/refunds/foreign-refunds.integration.test.ts'] as const
const store = 'orders/refunds/refund-store.ts'

export const refundFaults: readonly Fault[] = [
  {
    name: 'refund: what is left is read, then written, without the row of the order and without the CHECK',
    edits: [
      { file: 'orders/status/move-order.ts', search: ' for update`', replacement: '`' },
      {
        file: 'orders/migrations/payment-tables.ts',
        search: 'check (refunded_cents between 0 and captured_cents)',
        replacement: 'check (refunded_cents >= 0)',
      },
    ],
    project: 'integration',
    files: races,
    ids: ['O6'],
  },
  {
    name: 'refund: a failed one counts as refunded',
    edits: [
      {
        file: store,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'refunded_cents = refunded_cents - ${amountCents}',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'refunded_cents = refunded_cents - 0 * ${amountCents}::bigint',
      },
    ],
    project: 'integration',
    files: refunds,
    ids: ['O23'],
  },
  {
    name: 'refund: pending ones do not count',
    edits: [
      {
        file: 'orders/refunds/plan-refund.ts',
        search: 'capturedCents - refundedCents',
        replacement: 'capturedCents - Math.min(0, refundedCents)',
      },
      {
        file: 'orders/migrations/payment-tables.ts',
        search: 'check (refunded_cents between 0 and captured_cents)',
        replacement: 'check (refunded_cents >= 0)',
      },
    ],
    project: 'integration',
    files: refunds,
    ids: ['O23'],
  },
  {
    name: 'refund: units go on sale again also where nobody asked for it',
    edits: [{ file: 'orders/refunds/return-units.ts', search: 'and l.restock order by', replacement: 'order by' }],
    project: 'integration',
    files: units,
    ids: ['O23'],
  },
  {
    name: 'refund: the shipping is given back again and again',
    edits: [
      {
        file: 'orders/refunds/plan-refund.ts',
        search: '  if (refundedShippingCents > 0) throw',
        replacement: '  if (refundedShippingCents < 0) throw',
      },
    ],
    project: 'integration',
    files: races,
    ids: ['O23'],
  },
  {
    name: 'refund: one that somebody made at the provider is overlooked',
    edits: [
      {
        file: 'orders/refunds/apply-refund-facts.ts',
        search: "providerRefundRef === null || state === 'failed'",
        replacement: "providerRefundRef === null || state !== 'pending'",
      },
    ],
    project: 'integration',
    files: foreign,
    ids: ['O24'],
  },
]
