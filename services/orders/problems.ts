import type { ProblemKind } from '../kit/problems.ts'

export const orderProblems = {
  unknownProduct: { code: 'order/unknown-product', status: 422, title: 'A product is not in the catalog' },
  mixedCurrencies: { code: 'order/mixed-currencies', status: 422, title: 'An order has one currency' },
  totalTooLarge: { code: 'order/total-too-large', status: 422, title: 'The total is beyond what an order may have' },
  insufficientStock: { code: 'inventory/insufficient', status: 409, title: 'Not enough in stock' },
  holdLimit: { code: 'inventory/hold-limit', status: 429, title: 'Too much stock held already' },
} as const satisfies Record<string, ProblemKind>
