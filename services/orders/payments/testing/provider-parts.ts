import { createLogger } from '../../../kit/logging.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { createPeerMetrics } from '../../../kit/peer-metrics.ts'
import { quickPolicy } from './quick-policy.ts'

/** What every provider is opened with; `lines` is its log. */
export function providerParts() {
  const lines: string[] = []
  const logger = createLogger(
    { service: 'orders', version: 'test', level: 'debug' },
    { write: (line: string) => void lines.push(line) },
  )
  return { lines, policy: quickPolicy, metrics: createPeerMetrics(createMetrics()), logger }
}
