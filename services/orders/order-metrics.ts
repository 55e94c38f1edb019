import type { GivenAnswer } from '../kit/idempotency.ts'
import { createResultCounter, type Metrics } from '../kit/metrics.ts'
import { Problem } from '../kit/problems.ts'

const results = ['created', 'replayed', 'refused', 'unavailable', 'failed'] as const
type Result = (typeof results)[number]

export type OrderMetrics = ReturnType<typeof createOrderMetrics>

export function createOrderMetrics(metrics: Metrics) {
  const placed = createResultCounter(metrics, {
    name: 'orders_total',
    help: 'Attempts to place an order; refused is the client’s doing or the stock’s, unavailable and failed are ours',
    results,
  })
  return {
    /** Counts how it ends. */
    async counted(placing: Promise<GivenAnswer>): Promise<GivenAnswer> {
      const answer = await placing.catch((error: unknown) => {
        placed.inc({ result: resultOfError(error) })
        throw error
      })
      placed.inc({ result: resultOfAnswer(answer) })
      return answer
    },
  }
}

function resultOfAnswer({ replayed, status }: GivenAnswer): Result {
  if (replayed) return 'replayed'
  return status < 400 ? 'created' : 'refused'
}

function resultOfError(error: unknown): Result {
  if (!(error instanceof Problem)) return 'failed'
  return error.kind.status >= 500 ? 'unavailable' : 'refused'
}
