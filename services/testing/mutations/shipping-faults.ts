import type { Fault } from './fault.ts'

const shipments = ['orders/shipments/create-shipment.integration.test.ts'] as const
const webhook = ['orders/shipments/shipping-webhook.integration.test.ts'] as const
const cells = ['orders/status/every-cell.integration.test.ts'] as const
const moves = 'orders/status/move-order.ts'

export const shippingFaults: readonly Fault[] = [
  {
    name: 'shipment: units are read, then counted up, without the row of the order',
    edits: [{ file: moves, search: ' for update`', replacement: '`' }],
    project: 'integration',
    files: shipments,
    ids: ['O27'],
  },
  {
    name: 'shipment: refunded units are shipped all the same',
    edits: [
      {
        file: 'orders/shipments/plan-shipment.ts',
        search: 'line.quantity - line.shippedQuantity - line.refundedQuantity',
        replacement: 'line.quantity - line.shippedQuantity',
      },
    ],
    project: 'integration',
    files: shipments,
    ids: ['O27'],
  },
  {
    name: 'carrier: the last writer wins',
    edits: [
      {
        file: 'orders/shipments/apply-shipping-facts.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'status = any(${statusesBefore(status)})',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: '${statusesBefore(status)}::text[] is not null',
      },
    ],
    project: 'integration',
    files: webhook,
    ids: ['O28'],
  },
  {
    name: 'carrier: the first parcel that arrives delivers the order',
    edits: [
      {
        file: 'orders/shipments/deliver-arrived.ts',
        search: "bool_and(status = 'delivered')",
        replacement: "bool_or(status = 'delivered')",
      },
    ],
    project: 'integration',
    files: webhook,
    ids: ['O28'],
  },
  {
    name: 'carrier: the body is believed without a signature',
    edits: [
      {
        file: 'orders/shipments/shipping-webhook.ts',
        search: '  verifySignedPayload(signed)\n',
        replacement: '  void verifySignedPayload\n',
      },
    ],
    project: 'integration',
    files: webhook,
    ids: ['O28'],
  },
  {
    name: 'order: what the table refuses is done',
    edits: [
      {
        file: moves,
        search: "  if (cell === 'conflict') throw invalidTransition(order.status, action)\n",
        replacement: "  if (cell === 'conflict') return order.status\n",
      },
      {
        file: moves,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: ' and status = any(${from})',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: ' and ${from}::text[] is not null',
      },
    ],
    project: 'integration',
    files: cells,
    ids: ['O11'],
  },
  {
    name: 'order: the database takes any change of the status',
    edits: [
      {
        file: 'orders/migrations/0001-orders.ts',
        search: 'if not (old.status, new.status) in (',
        replacement: 'if false and (old.status, new.status) in (',
      },
    ],
    project: 'integration',
    files: cells,
    ids: ['O11'],
  },
]
