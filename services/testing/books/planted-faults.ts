/** SQL: the one order that has come to its end. */
const sold = `(select id from orders where status = 'delivered')`

export type PlantedFault = {
  readonly planted: string
  readonly book: 'orders' | 'catalog' | 'bus'
  readonly statement: string
  /** The rule that has to find it. */
  readonly found: string
}

/** Each of them passes by what the tables refuse, as a fault of the tables or of a person would. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    planted: 'a refund too much',
    book: 'orders',
    statement: `insert into refunds (id, order_id, payment_id, provider, key, provider_key, amount_cents, currency, status,
      reason, request_id, ended_at) select gen_random_uuid(), order_id, id, provider, 'again', 'again', captured_cents,
      currency, 'succeeded', 'again', 'r', now() from payments where order_id = ${sold}`,
    found: 'refunds that succeeded here succeeded there, and no others, to the cent',
  },
  {
    planted: 'a cent less captured than the order costs',
    book: 'orders',
    statement: `update payments set captured_cents = captured_cents - 1 where order_id = ${sold}`,
    found: 'a sold order has one payment of its total, captured whole',
  },
  {
    planted: 'a charge that nobody booked',
    book: 'orders',
    statement: `insert into simulated_charges (key, reference, order_id, amount_cents, currency, state, captured_cents,
      captured_currency) select key || 'x', reference || 'x', order_id, amount_cents, currency, state, captured_cents,
      captured_currency from simulated_charges where order_id = ${sold}::text`,
    found: 'what is booked as captured was charged, and what was charged is booked, to the cent',
  },
  {
    planted: 'money kept of a cancelled order',
    book: 'orders',
    statement: `update payments set refunded_cents = 0
      where order_id in (select id from orders where status = 'cancelled')`,
    found: 'of an order that is not sold nothing is kept, but for what a person looks at',
  },
  {
    planted: 'an order that costs a cent more than its parts',
    book: 'orders',
    statement: `update orders set total_cents = total_cents + 1 where id = ${sold}`,
    found: 'an order costs its lines, their taxes and its shipping',
  },
  {
    planted: 'a payment status that nobody computed',
    book: 'orders',
    statement: `update orders set payment_status = 'unpaid' where id = ${sold}`,
    found: 'the payment status follows from payments and refunds',
  },
  {
    planted: 'a unit shipped that no shipment has',
    book: 'orders',
    statement: `delete from shipment_items where order_item_id in (select id from order_items where order_id = ${sold})`,
    found: 'a line counts the units that its shipments and refunds name',
  },
  {
    planted: 'a missing invoice number',
    book: 'orders',
    statement: `delete from invoices where series like 'INV-%' and number = 2`,
    found: 'the numbers of a series are 1, 2, 3 … up to its counter',
  },
  {
    planted: 'a paid order without an invoice',
    book: 'orders',
    statement: `delete from invoices where order_id = ${sold}`,
    found: 'an order that was paid has one invoice over its total, another one has none',
  },
  {
    planted: 'a refund without a credit note',
    book: 'orders',
    statement: `delete from invoices where series like 'CN-%' and number = 1`,
    found: 'each refund of an invoiced payment has one credit note over its amount',
  },
  {
    planted: 'a hold left behind',
    book: 'catalog',
    statement: `with left_behind as (
        insert into inventory_reservations (id, reference, expires_at)
        values (gen_random_uuid(), 'order:' || gen_random_uuid() || ':hold:1', now() + interval '1 hour') returning id
      ), line as (
        insert into inventory_reservation_lines (reservation_id, product_id, quantity)
        select left_behind.id, product_id, 1 from left_behind, (select product_id from inventory limit 1) i
        returning product_id
      ) update inventory i set reserved = reserved + 1 from line where i.product_id = line.product_id`,
    found: 'stock is held for orders that wait for their payment, and for no other',
  },
  {
    planted: 'a unit reserved for nobody',
    book: 'catalog',
    statement: `update inventory set reserved = reserved + 1`,
    found: 'the units reserved are those of the holds, and no more than there are',
  },
  {
    planted: 'a unit gone without a movement',
    book: 'catalog',
    statement: `update inventory set quantity = quantity - 1`,
    found: 'the units on hand are what the movements add up to',
  },
  {
    planted: 'units that came back for an order that keeps them',
    book: 'catalog',
    statement: `update inventory_reservation_lines set returned = quantity where reservation_id in
      (select id from inventory_reservations where state = 'committed')`,
    found: 'what is held and sold of each order are its own units, but for those that came back',
  },
  {
    planted: 'a movement twice',
    book: 'catalog',
    statement: `insert into inventory_movements (product_id, delta, reason, reference)
      select product_id, delta, reason, reference || '#x' from inventory_movements where reason = 'commit' limit 1`,
    found: 'what is sold has moved once, what came back has come back once',
  },
  {
    planted: 'an event missing',
    book: 'orders',
    statement: `delete from outbox_events where subject = ${sold} and type = 'order.paid.v1'`,
    found: 'of each subject of orders the versions are 1, 2, 3 … without a gap',
  },
  {
    planted: 'an event of the wrong status',
    book: 'orders',
    statement: `update outbox_events set type = 'order.shipped.v1' where subject = ${sold} and type = 'order.paid.v1'`,
    found: 'each change of a status is one event, in the order of the history',
  },
  {
    planted: 'a refund that nobody was told of',
    book: 'orders',
    statement: `update outbox_events set envelope = jsonb_set(envelope, '{data,refund_id}', '"none"')
      where type = 'order.refunded.v1'`,
    found: 'each refund that succeeded and each invoice is one event',
  },
  {
    planted: 'an event that was not sent',
    book: 'orders',
    statement: `update outbox_events set published_at = null where subject = ${sold} and type = 'order.paid.v1'`,
    found: 'all that orders wrote is sent, in the order in which it was written',
  },
  {
    planted: 'a step left out of the history',
    book: 'orders',
    statement: `delete from order_status_history where order_id = ${sold} and to_status = 'paid'`,
    found: 'the history of an order begins with nothing, leaves out no step and ends where the order is',
  },
  {
    planted: 'an event that the catalog never handled',
    book: 'catalog',
    statement: `delete from processed_events where event_id = (select event_id from processed_events limit 1)`,
    found: 'catalog-purchases has handled each event that is its business',
  },
  {
    planted: 'something handled that nobody wrote',
    book: 'catalog',
    statement: `insert into processed_events (consumer, event_id) values ('catalog-purchases', gen_random_uuid())`,
    found: 'nothing is handled that nobody wrote',
  },
  {
    planted: 'an event that was given up',
    book: 'orders',
    statement: `insert into dead_events (consumer, event_id, envelope, attempts, last_error)
      values ('order-notifications', gen_random_uuid(), '{}', 8, 'why')`,
    found: 'no event is put aside or given up in orders',
  },
  {
    planted: 'a purchase that was counted twice',
    book: 'catalog',
    statement: `update bought_together set times = times + 1`,
    found: 'products count as bought together as often as they were paid together',
  },
  {
    planted: 'a buyer who is not known',
    book: 'catalog',
    statement: `delete from verified_purchases`,
    found: 'who got a product is known to have bought it, and nobody else',
  },
  {
    planted: 'a mail that nobody wrote down',
    book: 'orders',
    statement: `delete from notifications where template = 'order_paid' and data ->> 'order_id' = ${sold}::text`,
    found: 'each state that calls for a mail to the customer has one written down, no other has',
  },
  {
    planted: 'a payment that nobody goes on with',
    book: 'orders',
    statement: `update order_sagas set step = 'done' where step = 'await'`,
    found: 'no payment is at work without somebody who goes on with it',
  },
  {
    planted: 'a task left undone',
    book: 'orders',
    statement: `update order_tasks set state = 'due', ended_at = null where kind = 'send_refund'`,
    found: 'no task is due, and none waits for a person',
  },
  {
    planted: 'a payment that captured more than was asked for',
    book: 'orders',
    statement: `update payments set amount_cents = captured_cents - 1 where order_id = ${sold}`,
    found: 'no payment captures more than was asked for or gives back more than it captured',
  },
  {
    planted: 'a cent that was given back by nobody',
    book: 'orders',
    statement: `update payments set refunded_cents = 1 where order_id = ${sold}`,
    found: 'a payment counts as given back what its refunds take',
  },
  {
    planted: 'a cent that the provider gave back by itself',
    book: 'orders',
    statement: `update simulated_charges set refunded_cents = 1 where order_id = ${sold}::text`,
    found: 'a charge counts as given back what its refunds gave',
  },
  {
    planted: 'a second charge of one order',
    book: 'orders',
    statement: `update simulated_charges set order_id = ${sold}::text where refunded_cents < captured_cents`,
    found: 'no order keeps the money of two charges',
  },
  {
    planted: 'a sum in another currency',
    book: 'orders',
    statement: `update payments set currency = 'USD' where order_id = ${sold}`,
    found: 'in each currency both keep the same sum',
  },
  {
    planted: 'a payment left on its way',
    book: 'orders',
    statement: `update order_sagas set step = 'commit' where order_id = ${sold}`,
    found: 'no payment is under way, but for those that wait for their customers',
  },
  {
    planted: 'a refund that was never sent',
    book: 'orders',
    statement: `update refunds set status = 'pending', ended_at = null`,
    found: 'no refund waits',
  },
  {
    planted: 'a webhook that nobody could apply',
    book: 'orders',
    statement: `update webhook_events set state = 'parked'`,
    found: 'no webhook waits, and none waits for a person',
  },
  {
    planted: 'a webhook that never arrived',
    book: 'orders',
    statement: `update simulated_webhooks set delivered_at = null`,
    found: 'every webhook of the provider has arrived',
  },
  {
    planted: 'a document that was lost',
    book: 'orders',
    statement: `delete from invoice_documents where key = (select max(key) from invoice_documents)`,
    found: 'each invoice and credit note has its document',
  },
  {
    planted: 'an event that nobody was told of',
    book: 'orders',
    statement: `delete from processed_events where consumer = 'order-notifications'`,
    found: 'order-notifications has handled each event that is its business',
  },
  {
    planted: 'a mail that left for nobody',
    book: 'orders',
    statement: `update notifications set state = 'pending' where template = 'order_delivered' and channel = 'mail'`,
    found: 'each mail that is written down has left once, and nothing else has',
  },
  {
    planted: 'an event of the catalog missing',
    book: 'catalog',
    statement: `update outbox_subjects set version = version + 1`,
    found: 'of each subject of catalog the versions are 1, 2, 3 … without a gap',
  },
  {
    planted: 'an event of the catalog that was not sent',
    book: 'catalog',
    statement: `update outbox_events set published_at = null`,
    found: 'all that catalog wrote is sent, in the order in which it was written',
  },
  {
    planted: 'an event that the catalog tries in vain',
    book: 'catalog',
    statement: `insert into event_attempts (consumer, event_id, envelope, attempts, next_attempt_at, last_error)
      values ('catalog-purchases', gen_random_uuid(), '{}', 1, now(), 'why')`,
    found: 'no event is put aside or given up in catalog',
  },
  {
    planted: 'an entry of the bus that a group never finished',
    book: 'bus',
    statement: `update bus_positions set position = 0 where group_name = 'order-notifications'`,
    found: 'every group has finished what the bus has',
  },
]
