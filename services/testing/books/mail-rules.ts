import { type Ask, finding, type Rule, sqlRule } from './books.ts'

/** Of each state of an order one mail, however often the order comes to it, and of each refund one. */
export const mailRules: readonly Rule[] = [
  sqlRule({
    area: 'mails',
    says: 'each state that calls for a mail to the customer has one written down, no other has',
    book: 'orders',
    of: `notifications where channel = 'mail' and data ? 'order_id'`,
    offenders: `
      with called as (
        select distinct subject::text as order_id, 'order_' || split_part(type, '.', 2) as template,
          coalesce(envelope -> 'data' ->> 'refund_id', '') as refund
        from outbox_events where type in ('order.placed.v1', 'order.paid.v1', 'order.shipped.v1', 'order.delivered.v1',
          'order.expired.v1', 'order.cancelled.v1', 'order.refunded.v1')
      ), written as (
        select data ->> 'order_id' as order_id, template, coalesce(data ->> 'refund_id', '') as refund, count(*) as times
        from notifications where channel = 'mail' and data ? 'order_id' group by 1, 2, 3
      )
      select template || ' of ' || order_id || ' ' || refund || ' is written ' || coalesce(w.times, 0) || ' times, ' ||
        case when c.order_id is null then 'not called for' else 'called for' end as offender
      from called c full join written w using (order_id, template, refund)
      where c.order_id is null or w.times is distinct from 1`,
  }),
  {
    area: 'mails',
    says: 'each mail that is written down has left once, and nothing else has',
    async look({ orders, users, mails }) {
      if (mails === undefined) return undefined
      const told = await readNotifications(orders)
      const times = new Map<string, number>()
      for (const id of mails) times.set(id, (times.get(id) ?? 0) + 1)
      const wrong = told.flatMap((notification) => {
        const { id, template, state, reason } = notification
        const left = times.get(id) ?? 0
        const right = left === 1 ? state === 'sent' : left === 0 && mayBeUnsent(notification)
        return right
          ? []
          : [`${template} ${id} is ${state} and left ${left} times${reason === null ? '' : `: ${reason}`}`]
      })
      const known = new Set(
        [...told, ...(users === undefined ? [] : await readNotifications(users))].map(({ id }) => id),
      )
      const strangers = [...times.keys()].filter((id) => !known.has(id)).map((id) => `${id} left and is nobody's`)
      return finding(told.length, [...wrong, ...strangers])
    },
  },
]

/** Who has left the shop is not written to; nobody may be there to hear of low stock. */
const mayBeUnsent = ({ state, reason, reference }: Notification): boolean =>
  state === 'failed' ? reason === 'recipient_gone' : state === 'sent' && reference === 'no_staff_address'

type Notification = {
  readonly id: string
  readonly template: string
  readonly state: string
  readonly reason: string | null
  readonly reference: string | null
}

const readNotifications = (ask: Ask) =>
  ask<Notification>(`
    select id, template, state, last_error as reason, provider_ref as reference from notifications
    where channel = 'mail'`)
