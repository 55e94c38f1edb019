import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** The tables as the migrations leave them. */
export type CatalogTables = {
  categories: CategoriesTable
  products: ProductsTable
  inventory: InventoryTable
  inventory_reservations: ReservationsTable
  inventory_reservation_lines: ReservationLinesTable
  inventory_returns: ReturnsTable
  inventory_movements: MovementsTable
  reviews: ReviewsTable
  verified_purchases: VerifiedPurchasesTable
  bought_together: BoughtTogetherTable
  search_words: SearchWordsTable
  audit_logs: AuditLogsTable
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
  /** Null of a deleted product only: it does not keep its category alive. */
  category_id: ColumnType<string, string, string | null>
  image_key: string | null
  active: Generated<boolean>
  rating_count: Generated<number>
  rating_sum: Generated<number>
  version: Generated<number>
  /** Raised by a trigger with every change, also with reviews. */
  revision: GeneratedAlways<number>
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
  /** Fewer than ten available. */
  low: GeneratedAlways<boolean>
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
  /** Null where a service or an admin holds. */
  user_id: string | null
  /** Committed after its time was over, while the stock was still free. */
  re_held: Generated<boolean>
}

type ReservationLinesTable = {
  reservation_id: string
  product_id: string
  quantity: number
  /** Of what was sold; what came back as a whole is told by the reservation's state. */
  returned: Generated<number>
}

type ReturnsTable = {
  reservation_id: string
  return_key: string
  items: ColumnType<unknown, string, never>
  created_at: Timestamp
}

type MovementsTable = {
  id: GeneratedAlways<number>
  product_id: string
  delta: number
  reason: 'adjust' | 'commit' | 'return'
  reference: string | null
  created_at: Timestamp
}

type ReviewsTable = {
  id: string
  product_id: string
  user_id: string
  rating: number
  comment: Generated<string>
  created_at: Timestamp
  updated_at: Timestamp
}

type VerifiedPurchasesTable = { user_id: string; product_id: string; delivered_at: Timestamp }

type BoughtTogetherTable = { product_id: string; other_id: string; times: Generated<number> }

type SearchWordsTable = { word: string }

type AuditLogsTable = {
  id: GeneratedAlways<number>
  actor: string
  action: string
  target: string
  before: unknown
  after: unknown
  request_id: string | null
  created_at: Timestamp
}
