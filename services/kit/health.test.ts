import { expect, test } from 'vitest'
import { createHealth, type HealthOptions } from './health.ts'
import { createRoutes } from './routes.ts'
import { testApp } from './testing/test-app.ts'

const down = async () => {
  throw new Error('connect ECONNREFUSED 10.0.0.7')
}
const up = async () => undefined
const health = (options: Partial<HealthOptions>) =>
  createHealth({ required: {}, optional: {}, elapsed: () => 0, ...options })

test('what is required and down makes it unavailable; what is optional only degraded', async () => {
  const required = { database: up }
  expect((await health({ required }).readiness()).status).toBe('ok')
  expect(await health({ required, optional: { redis: down } }).readiness()).toMatchObject({
    status: 'degraded',
    checks: { database: 'up', redis: 'down' },
  })
  expect(await health({ required: { database: down } }).readiness()).toMatchObject({
    status: 'unavailable',
    checks: { database: 'down' },
    reasons: { database: 'connect ECONNREFUSED 10.0.0.7' },
  })
})

test('a check that never ends counts as down when its time is over', async () => {
  const required = { database: () => new Promise<void>(() => undefined) }
  const { status, reasons } = await health({ required, deadlineMilliseconds: 5 }).readiness()
  expect([status, reasons.database]).toEqual(['unavailable', 'no answer within 5 ms'])
})

test('X3: a thousand probes in a second ask once, the next second asks again', async () => {
  let asked = 0
  let elapsed = 0
  const database = async () => {
    asked += 1
  }
  const probed = health({ required: { database }, elapsed: () => elapsed })
  await Promise.all(Array.from({ length: 1_000 }, () => probed.readiness()))
  expect(asked).toBe(1)
  elapsed = 1_000
  await probed.readiness()
  expect(asked).toBe(2)
})

test('it is not ready any more once it drains', async () => {
  const draining = health({ required: { database: up } })
  draining.drain()
  expect((await draining.readiness()).status).toBe('unavailable')
})

test('X3: being alive is shallow; readiness names what is down, and its reason stays in the log', async () => {
  const service = testApp(createRoutes(), { required: { database: down } })
  const alive = await service.app.request('/health')
  expect(await alive.json()).toMatchObject({ status: 'ok', service: 'user-management', version: 'test' })
  expect(alive.status).toBe(200)
  expect(service.lines().at(-1)).toMatchObject({ level: 'DEBUG', route: '/health' })

  const ready = await service.app.request('/health?check=ready')
  const body = await ready.text()
  expect(ready.status).toBe(503)
  expect(ready.headers.get('retry-after')).toBe('1')
  expect(JSON.parse(body)).toMatchObject({ status: 503, checks: { database: 'down' } })
  expect(body).not.toContain('10.0.0.7')
  expect(JSON.stringify(service.lines())).toContain('10.0.0.7')
})
