import { performance } from 'node:perf_hooks'
import { type AppParts, createApp } from './app.ts'
import { createHealth } from './health.ts'
import { createMetrics } from './metrics.ts'
import type { OpenService } from './service.ts'

const rounds = 10
const budgetMilliseconds = 600

/** Runs a service's own warming against its routes, unheard: no line and no number tells of it. */
export async function warmRoutes(
  warm: NonNullable<OpenService['warm']>,
  parts: Pick<AppParts, 'facts' | 'version' | 'logger' | 'routes'>,
): Promise<void> {
  const { facts, version, routes } = parts
  const logger = parts.logger.child({}, { level: 'silent' })
  const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
  const app = createApp({ facts, version, routes, logger, metrics: createMetrics(), health })
  const get = async (path: string) => {
    const answer = await app.request(path)
    if (answer.status >= 500) throw new Error(`${path} answers ${answer.status}`)
    return answer
  }
  const startedAt = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    await warm(get)
    if (performance.now() - startedAt > budgetMilliseconds) return
  }
}
