import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** The tables as the migrations leave them. */
export type CatalogTables = {
  categories: CategoriesTable
  products: ProductsTable
  inventory: InventoryTable
  inventory_reservations: ReservationsTable
  inventory_reservation_lines: ReservationLinesTable
  inventory_movements: MovementsTable
}

/** Set by the database at insert; ISO text or Date on the way in. */
type Timestamp = ColumnType<Date, Date | undefined, Date>

type CategoriesTable = {
  id: string
  name: string
  parent_id: string | null
  version: Generated<number>
  created_at: Timestamp
  updated_at: Timestamp
}

type ProductsTable = {
  id: string
  sku: string
  name: string
  brand: string | null
  description: string
  price: number
  currency: string
  category_id: string
  image_key: string | null
  active: Generated<boolean>
  rating_count: Generated<number>
  rating_sum: Generated<number>
  version: Generated<number>
  search: GeneratedAlways<string>
  created_at: Timestamp
  updated_at: Timestamp
  deleted_at: ColumnType<Date | null, never, Date>
}

type InventoryTable = {
  product_id: string
  quantity: number
  reserved: Generated<number>
  location: string
  version: Generated<number>
  updated_at: Timestamp
}

export const reservationStates = ['active', 'committed', 'released', 'expired', 'returned'] as const
export type ReservationState = (typeof reservationStates)[number]

type ReservationsTable = {
  id: string
  reference: string
  state: Generated<ReservationState>
  created_at: Timestamp
  expires_at: Date
  closed_at: Date | null
}

type ReservationLinesTable = {
  reservation_id: string
  product_id: string
  quantity: number
}

type MovementsTable = {
  id: GeneratedAlways<number>
  product_id: string
  delta: number
  reason: 'adjust' | 'commit' | 'return'
  reference: string | null
  created_at: Timestamp
}
