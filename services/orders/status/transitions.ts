/** Fulfilment. What was paid and given back is the payment status, which the database computes. */
export const orderStatuses = [
  'draft',
  'pending',
  'paid',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
  'expired',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

export const paymentStatuses = ['unpaid', 'paid', 'partially_refunded', 'refunded'] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

/**
 * What an action makes of an order: a status it is in afterwards, which may be the one it was in; `same`: nothing is
 * written; `conflict`: refused with 409. The rest is for money that comes where it was not expected: `keep` it and stop
 * the order for a person to look at, give it `back`, or sell after all where the stock can be had (`revive`).
 */
export type Cell = OrderStatus | 'same' | 'conflict' | 'keep' | 'back' | 'revive'

type Row = Readonly<Record<OrderStatus, Cell>>

const conflict: Row = {
  draft: 'conflict',
  pending: 'conflict',
  paid: 'conflict',
  processing: 'conflict',
  shipped: 'conflict',
  delivered: 'conflict',
  cancelled: 'conflict',
  expired: 'conflict',
}

/** A system's own action is never refused: late or repeated it changes nothing. */
const same: Row = {
  draft: 'same',
  pending: 'same',
  paid: 'same',
  processing: 'same',
  shipped: 'same',
  delivered: 'same',
  cancelled: 'same',
  expired: 'same',
}

export const orderActions = [
  'edit_items',
  'pay',
  'payment_succeeded',
  'stock_short',
  'payment_failed',
  'expire',
  'cancel_by_owner',
  'cancel_by_admin',
  'process',
  'ship_some',
  'ship_rest',
  'deliver',
  'refund',
] as const
export type OrderAction = (typeof orderActions)[number]

/** The state machine (acceptance: orders.md). Code, API document, tests and the diagram in README.md come from it. */
export const transitions: Readonly<Record<OrderAction, Row>> = {
  edit_items: { ...conflict, draft: 'draft' },
  pay: { ...conflict, draft: 'pending', pending: 'pending' },
  payment_succeeded: { ...same, draft: 'keep', pending: 'paid', cancelled: 'back', expired: 'revive' },
  stock_short: { ...same, pending: 'draft' },
  payment_failed: { ...same, pending: 'pending' },
  expire: { ...same, pending: 'expired' },
  cancel_by_owner: { ...conflict, draft: 'cancelled', pending: 'cancelled', paid: 'cancelled', cancelled: 'same' },
  cancel_by_admin: {
    ...conflict,
    draft: 'cancelled',
    pending: 'cancelled',
    paid: 'cancelled',
    processing: 'cancelled',
    cancelled: 'same',
  },
  process: { ...conflict, paid: 'processing', processing: 'same' },
  ship_some: { ...conflict, paid: 'processing', processing: 'processing' },
  ship_rest: { ...conflict, paid: 'shipped', processing: 'shipped' },
  deliver: { ...conflict, shipped: 'delivered', delivered: 'same' },
  refund: {
    ...conflict,
    paid: 'paid',
    processing: 'processing',
    shipped: 'shipped',
    delivered: 'delivered',
    cancelled: 'cancelled',
    expired: 'expired',
  },
}

/** Stopped by `on_hold`: what brings the order nearer to the customer. */
const forward: readonly OrderAction[] = ['pay', 'process', 'ship_some', 'ship_rest', 'deliver']

export const isForward = (action: OrderAction): boolean => forward.includes(action)

export const cellOf = (action: OrderAction, from: OrderStatus): Cell => transitions[action][from]

/** Names of what may be done from here, for a client that was refused. */
export function allowedActions(from: OrderStatus): OrderAction[] {
  return orderActions.filter((action) => cellOf(action, from) !== 'conflict' && cellOf(action, from) !== 'same')
}

/** From where the action leads to another status: for `WHERE status = ANY(…)`. */
export function sourcesOf(action: OrderAction, to: OrderStatus): OrderStatus[] {
  return orderStatuses.filter((from) => {
    const cell = cellOf(action, from)
    return cell === to || (cell === 'revive' && to === 'paid')
  })
}
