import { type Kysely, sql, type Transaction } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import type { CatalogTables, ReservationState } from '../schema.ts'
import type { CloseOutcome } from './close-reservation.ts'
import { linesPerProduct, type ReservationKey, type ReservationLine } from './reservation-schemas.ts'
import { findReservation, isReservation } from './reservations.ts'

export type ReturnPart = {
  /** The same key of the same reservation is the same part, and comes back once. */
  readonly returnKey: string
  readonly items: readonly ReservationLine[]
}

export type StockReturn = {
  readonly key: ReservationKey
  /** Undefined: all that is not back yet. */
  readonly part: ReturnPart | undefined
}

/** A product of which more should come back than was sold and is not back yet. */
export type ExcessLine = { readonly product_id: string; readonly requested: number; readonly returnable: number }

export type ReturnOutcome =
  | CloseOutcome
  /** The key was used for other items. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'exceeds'; readonly excess: readonly ExcessLine[] }

/** Takes back what was sold, as a whole or in parts: together never more than was sold, however many ask at once. */
export async function returnStock(database: Kysely<CatalogTables>, wanted: StockReturn): Promise<ReturnOutcome> {
  const refused = await repeatOnConflict(() =>
    database.transaction().execute((transaction) => takeBack(transaction, wanted)),
  )
  if (refused?.kind === 'mismatch' || refused?.kind === 'exceeds') return refused
  const reservation = await findReservation(database, wanted.key)
  if (reservation === undefined) return { kind: 'unknown' }
  return { kind: refused?.kind ?? 'closed', reservation }
}

type Refused = { readonly kind: 'conflict' } | Extract<ReturnOutcome, { readonly kind: 'mismatch' | 'exceeds' }>

/** Undefined: it is back, now or before. The reservation's row is held: its returns come one after the other. */
async function takeBack(
  transaction: Transaction<CatalogTables>,
  { key, part }: StockReturn,
): Promise<Refused | undefined> {
  const { rows } = await sql<Sold>`
    select r.id, r.reference, r.state from inventory_reservations r where ${isReservation(key)} for update`.execute(
    transaction,
  )
  const [sold] = rows
  if (sold === undefined) return undefined
  return part === undefined ? takeBackRest(transaction, sold) : takeBackPart(transaction, { sold, part })
}

type Sold = { readonly id: string; readonly reference: string; readonly state: ReservationState }

async function takeBackRest(transaction: Transaction<CatalogTables>, sold: Sold): Promise<Refused | undefined> {
  if (sold.state === 'returned') return undefined
  if (sold.state !== 'committed') return { kind: 'conflict' }
  const open = await openLines(transaction, sold.id)
  const rest = open.flatMap(({ product_id, quantity }) => (quantity === 0 ? [] : [{ product_id, quantity }]))
  await countBack(transaction, { sold, lines: rest, reference: sold.reference })
  await endReservation(transaction, sold.id)
  return undefined
}

type Part = { readonly sold: Sold; readonly part: ReturnPart }

async function takeBackPart(
  transaction: Transaction<CatalogTables>,
  { sold, part: { returnKey, items } }: Part,
): Promise<Refused | undefined> {
  const lines = linesPerProduct(items).toSorted((one, other) => (one.product_id < other.product_id ? -1 : 1))
  const earlier = await findReturn(transaction, { sold, returnKey, lines })
  if (earlier !== undefined) return earlier.same ? undefined : { kind: 'mismatch' }
  if (sold.state !== 'committed') return { kind: 'conflict' }
  const open = new Map((await openLines(transaction, sold.id)).map((line) => [line.product_id, line.quantity]))
  const excess = lines.flatMap(({ product_id, quantity }) => {
    const returnable = open.get(product_id) ?? 0
    return quantity > returnable ? [{ product_id, requested: quantity, returnable }] : []
  })
  if (excess.length > 0) return { kind: 'exceeds', excess }
  await sql`
    insert into inventory_returns (reservation_id, return_key, items)
    values (${sold.id}, ${returnKey}, ${JSON.stringify(lines)}::jsonb)`.execute(transaction)
  await countBack(transaction, { sold, lines, reference: `${sold.reference}#${returnKey}` })
  const back = lines.reduce((sum, line) => sum + line.quantity, 0)
  const wasOut = [...open.values()].reduce((sum, quantity) => sum + quantity, 0)
  if (back === wasOut) await endReservation(transaction, sold.id)
  return undefined
}

type Asked = { readonly sold: Sold; readonly returnKey: string; readonly lines: readonly ReservationLine[] }

async function findReturn(
  transaction: Transaction<CatalogTables>,
  { sold, returnKey, lines }: Asked,
): Promise<{ readonly same: boolean } | undefined> {
  const { rows } = await sql<{ same: boolean }>`
    select items = ${JSON.stringify(lines)}::jsonb as same from inventory_returns
    where reservation_id = ${sold.id} and return_key = ${returnKey}`.execute(transaction)
  return rows[0]
}

/** What was sold and is not back yet. */
async function openLines(transaction: Transaction<CatalogTables>, id: string): Promise<ReservationLine[]> {
  const { rows } = await sql<ReservationLine>`
    select product_id, quantity - returned as quantity from inventory_reservation_lines
    where reservation_id = ${id} order by product_id`.execute(transaction)
  return rows
}

type Back = {
  readonly sold: Sold
  readonly lines: readonly ReservationLine[]
  /** Of the movements: one for each product and reference. */
  readonly reference: string
}

/** The products' rows are locked in the order of their ids, as everywhere, and counted from as they were locked. */
async function countBack(transaction: Transaction<CatalogTables>, { sold, lines, reference }: Back): Promise<void> {
  const productIds = lines.map((line) => line.product_id)
  const quantities = lines.map((line) => line.quantity)
  await sql`
    with back as (
      update inventory_reservation_lines l set returned = l.returned + w.units
      from unnest(${productIds}::uuid[], ${quantities}::integer[]) as w (product_id, units)
      where l.reservation_id = ${sold.id} and l.product_id = w.product_id
      returning l.product_id, w.units
    ), locked as (
      select i.product_id, i.quantity, i.reserved, back.units
      from inventory i join back on back.product_id = i.product_id
      order by i.product_id
      for update of i
    ), moved as (
      update inventory i set quantity = l.quantity + l.units, reserved = l.reserved, version = i.version + 1,
        updated_at = now()
      from locked l where i.product_id = l.product_id
      returning i.product_id, l.units
    )
    insert into inventory_movements (product_id, delta, reason, reference)
    select product_id, units, 'return', ${reference} from moved`.execute(transaction)
}

async function endReservation(transaction: Transaction<CatalogTables>, id: string): Promise<void> {
  await sql`
    update inventory_reservations set state = 'returned', closed_at = now() where id = ${id}`.execute(transaction)
}
