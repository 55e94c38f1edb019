import type { ProblemKind } from '../kit/problems.ts'

export const catalogProblems = {
  skuTaken: { code: 'product/sku-taken', status: 409, title: 'Another product has this SKU' },
  insufficient: { code: 'inventory/insufficient', status: 409, title: 'Not enough in stock' },
  belowReserved: { code: 'inventory/below-reserved', status: 409, title: 'More than that is reserved' },
  reservationClosed: { code: 'inventory/reservation-closed', status: 409, title: 'The reservation is closed' },
  mismatch: { code: 'idempotency/mismatch', status: 422, title: 'This reference holds other items' },
  busy: { code: 'inventory/busy', status: 503, title: 'Others are changing this stock' },
} as const satisfies Record<string, ProblemKind>
