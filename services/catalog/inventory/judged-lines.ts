import { type RawBuilder, sql } from 'kysely'

/** What a statement found of one product when it had locked its row. */
export type JudgedLine = {
  readonly product_id: string
  readonly requested: number
  /** Null: no such product on sale. */
  readonly available: number | null
  /** Of the whole basket: all of it or nothing. */
  readonly held: boolean
  /** Too little, but some of it is held by reservations whose time is over. */
  readonly due: boolean
}

export type ShortLine = { readonly product_id: string; readonly requested: number; readonly available: number }

export function shortLines(judged: readonly JudgedLine[]): ShortLine[] {
  return judged.flatMap(({ product_id, requested, available }) =>
    available !== null && available < requested ? [{ product_id, requested, available }] : [],
  )
}

/** For a `with`: the reservations whose time is over though nobody has ended them yet. Few, if the sweeper works. */
export const dueReservations: RawBuilder<unknown> = sql`due as materialized (
      select id from inventory_reservations where state = 'active' and expires_at <= now()
    )`

/** For a row `j` of judged lines. Only asked where the line is short, so that what sells well costs nothing more. */
export const isHeldByDue: RawBuilder<unknown> = sql`case when j.available < j.requested then exists (
        select from due join inventory_reservation_lines l on l.reservation_id = due.id
        where l.product_id = j.product_id
      ) else false end`
