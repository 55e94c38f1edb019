import { type Rule, sqlRule } from './books.ts'

/** Of a shop at rest nothing is left to be done, but what waits for its customer. */
export const workRules: readonly Rule[] = [
  sqlRule({
    area: 'work',
    says: 'no payment is under way, but for those that wait for their customers',
    book: 'orders',
    of: 'order_sagas',
    offenders: `
      select s.order_id || ' is at ' || s.step || coalesce(': ' || s.last_error, '') as offender
      from order_sagas s join payments p on p.id = s.payment_id
      where s.step <> 'done' and not (s.step = 'await' and p.status = 'requires_action')`,
  }),
  sqlRule({
    area: 'work',
    says: 'no payment is at work without somebody who goes on with it',
    book: 'orders',
    of: `payments where status in ('created', 'requires_action')`,
    offenders: `
      select p.id || ' of ' || p.order_id || ' is ' || p.status as offender from payments p
      where p.status in ('created', 'requires_action') and not exists (
        select from order_sagas s where s.payment_id = p.id and s.step <> 'done')`,
  }),
  sqlRule({
    area: 'work',
    says: 'no task is due, and none waits for a person',
    book: 'orders',
    of: 'order_tasks',
    offenders: `
      select key || ' is ' || state || ' after ' || attempts || ' tries' || coalesce(': ' || last_error, '') as offender
      from order_tasks where state <> 'done'`,
  }),
  sqlRule({
    area: 'work',
    says: 'no refund waits',
    book: 'orders',
    of: 'refunds',
    offenders: `select id || ' of ' || order_id as offender from refunds where status = 'pending'`,
  }),
  sqlRule({
    area: 'work',
    says: 'no webhook waits, and none waits for a person',
    book: 'orders',
    of: 'webhook_events',
    offenders: `
      select provider || ' ' || event_id || ' is ' || state || coalesce(': ' || last_error, '') as offender
      from webhook_events where state in ('received', 'parked')`,
  }),
  sqlRule({
    area: 'work',
    says: 'every webhook of the provider has arrived',
    book: 'orders',
    of: 'simulated_webhooks',
    offenders: `
      select id || ' was sent ' || attempts || ' times' as offender from simulated_webhooks where delivered_at is null`,
  }),
]
