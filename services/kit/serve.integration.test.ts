import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { services } from '../registry.ts'
import { createRoutes } from './routes.ts'
import { serve } from './serve.ts'
import { commonSettings } from './settings.ts'
import { keptLog } from './testing/test-app.ts'

const settings = z.object(commonSettings)
const environment = { SHOP_ENV: 'test', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' }
const request = { reason: 'SIGTERM', exitCode: 0, drainMilliseconds: 0, delayed: false }

async function stopped({ closes, endMilliseconds }: { closes: number; endMilliseconds: number }) {
  const told: string[] = []
  const { logger, lines } = keptLog()
  const service = {
    facts: services.users,
    settings,
    migrations: [],
    requestLimit: { perMinute: null, alwaysLimited: [] },
    open: async () => ({
      routes: createRoutes(),
      drain: () => void told.push('drains'),
      async close() {
        await delay(closes)
        told.push('closed')
      },
      endMilliseconds,
    }),
  }
  const nowhere = settings.parse({ ...environment, DATABASE_URL: 'postgres://127.0.0.1:9/nowhere' })
  const serving = await serve(service, { settings: nowhere, logger })
  await serving.stop(request)
  const warnings = lines().map(({ message }) => message)
  return { told, late: warnings.filter((message) => message.includes('closing')) }
}

test('a stop drains the parts first and waits for them as long as they declare', async () => {
  expect(await stopped({ closes: 3_400, endMilliseconds: 8_000 })).toEqual({ told: ['drains', 'closed'], late: [] })
})

test('a part that takes longer than it declares is left behind, with a line', async () => {
  const { told, late } = await stopped({ closes: 60_000, endMilliseconds: 0 })
  expect([told, late]).toEqual([['drains'], ['ended with connections open: closing them took over 3000 ms']])
})
