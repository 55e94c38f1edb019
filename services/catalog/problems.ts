import type { ProblemKind } from '../kit/problems.ts'

export const catalogProblems = {
  skuTaken: { code: 'product/sku-taken', status: 409, title: 'Another product has this SKU' },
  categoryCycle: { code: 'category/cycle', status: 409, title: 'A category cannot be below itself' },
  categoryNameTaken: { code: 'category/name-taken', status: 409, title: 'There is a category of this name' },
  categoryNotEmpty: { code: 'category/not-empty', status: 409, title: 'There are categories or products in it' },
  reviewWritten: { code: 'review/already-written', status: 409, title: 'You have reviewed this product' },
  insufficient: { code: 'inventory/insufficient', status: 409, title: 'Not enough in stock' },
  belowReserved: { code: 'inventory/below-reserved', status: 409, title: 'More than that is reserved' },
  reservationClosed: { code: 'inventory/reservation-closed', status: 409, title: 'The reservation is closed' },
  reservationExpired: {
    code: 'inventory/reservation-expired',
    status: 409,
    title: 'The hold ended and others have it',
  },
  notCommitted: { code: 'inventory/not-committed', status: 409, title: 'Only what was sold can be returned' },
  exceedsSold: { code: 'inventory/exceeds-sold', status: 409, title: 'More than was sold and is not back yet' },
  holdLimit: { code: 'inventory/hold-limit', status: 429, title: 'You hold as much as a customer may' },
  mismatch: { code: 'idempotency/mismatch', status: 422, title: 'This reference holds other items' },
  busy: { code: 'inventory/busy', status: 503, title: 'Others are changing this stock' },
} as const satisfies Record<string, ProblemKind>
