import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { OrdersTables } from '../schema.ts'
import type { PricedLine, Totals } from './price-order.ts'

export type DraftLine = {
  readonly id: string
  readonly position: number
  readonly productId: string
  readonly sku: string
  readonly name: string
  readonly quantity: number
  readonly unitPriceCents: number
  readonly totalCents: number
  readonly taxBasisPoints: number
  readonly taxCents: number
}

/** In their order. The caller holds the order's row. */
export async function readLines(transaction: Transaction<OrdersTables>, orderId: string): Promise<DraftLine[]> {
  const { rows } = await sql<DraftLine>`
    select id, position, product_id as "productId", sku, name, quantity, unit_price_cents as "unitPriceCents",
      total_cents as "totalCents", tax_basis_points as "taxBasisPoints", tax_cents as "taxCents"
    from order_items where order_id = ${orderId} order by position`.execute(transaction)
  return rows
}

export type NewLine = PricedLine & { readonly id: string; readonly position: number }

export type NewLines = { readonly orderId: string; readonly lines: readonly NewLine[] }

/** One statement for any number of them, to be a part of another one. */
export const linesInsert = ({ orderId, lines }: NewLines): RawBuilder<unknown> => sql`
  insert into order_items (id, order_id, position, product_id, sku, name, unit_price_cents, quantity, total_cents,
    tax_basis_points, tax_cents)
  select id, ${orderId}::uuid, position, "productId", sku, name, "unitPriceCents", quantity, "totalCents",
    "taxBasisPoints", "taxCents"
  from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as line (id uuid, position integer, "productId" uuid,
    sku text, name text, "unitPriceCents" bigint, quantity integer, "totalCents" bigint, "taxBasisPoints" integer,
    "taxCents" bigint)`

/** The catalog's words and price of now on a line that is there. */
export async function updateLine(
  transaction: Transaction<OrdersTables>,
  { id, line }: { readonly id: string; readonly line: PricedLine },
): Promise<void> {
  await transaction
    .updateTable('order_items')
    .set({
      sku: line.sku,
      name: line.name,
      unit_price_cents: line.unitPriceCents,
      quantity: line.quantity,
      total_cents: line.totalCents,
      tax_basis_points: line.taxBasisPoints,
      tax_cents: line.taxCents,
    })
    .where('id', '=', id)
    .execute()
}

/** The order's sums, as its lines are now. */
export async function writeTotals(
  transaction: Transaction<OrdersTables>,
  { orderId, currency, totals }: { readonly orderId: string; readonly currency: string; readonly totals: Totals },
): Promise<void> {
  await sql`
    update orders set currency = ${currency}, subtotal_cents = ${totals.subtotalCents}, tax_cents = ${totals.taxCents},
      shipping_cents = ${totals.shippingCents}, total_cents = ${totals.totalCents}, version = version + 1,
      updated_at = now()
    where id = ${orderId}`.execute(transaction)
}
