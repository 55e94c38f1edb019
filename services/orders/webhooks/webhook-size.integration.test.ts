import { once } from 'node:events'
import http from 'node:http'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { type OrdersFixture, ordersFixture } from '../testing/orders-fixture.ts'

const most = 512 * 1024
let fixture: OrdersFixture
let service: ServiceProcess
beforeAll(async () => {
  fixture = await ordersFixture()
  const main = new URL('../main.ts', import.meta.url).pathname
  service = await startService(main, fixture.environment)
})
afterAll(async () => {
  await service?.kill()
  await fixture.close()
})

type Sent = { readonly bytes: number; readonly chunked: boolean; readonly agent: http.Agent }

async function deliver({ bytes, chunked, agent }: Sent): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', ...(chunked ? {} : { 'content-length': bytes }) }
  const url = `${service.url}/api/v1/webhooks/simulated`
  const request = http.request(url, { method: 'POST', headers, agent })
  const answered = once(request, 'response')
  // It may be refused, and its connection closed, before the last of it has left.
  request.on('error', () => undefined)
  const part = Buffer.alloc(64 * 1024, ' ')
  for (let left = bytes; left > 0; left -= part.length) request.write(part.subarray(0, Math.min(left, part.length)))
  request.end()
  const [response] = await answered
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

test.each([
  ['by its length', false],
  ['in chunks', true],
] as const)('X17: a webhook of 512 KB is read, one byte more is a 413 within a second, %s', async (_, chunked) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  // What is read has no signature.
  expect(await deliver({ bytes: most, chunked, agent })).toBe(400)
  const startedAt = performance.now()
  expect(await deliver({ bytes: most + 1, chunked, agent })).toBe(413)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
  expect(await deliver({ bytes: 10, chunked, agent })).toBe(400)
  agent.destroy()
  const { rows } = await sql`select from webhook_events`.execute(fixture.database.kysely)
  expect(rows).toEqual([])
})

test('X17: what is not a webhook may have 64 KB', async () => {
  const user = await fixture.signIn()
  const post = async (length: number) => {
    const headers = {
      authorization: `Bearer ${user.token}`,
      'content-type': 'application/json',
      'idempotency-key': String(length),
    }
    const body = `{${' '.repeat(length - 2)}}`
    const answer = await fetch(`${service.url}/api/v1/orders`, { method: 'POST', headers, body })
    return answer.status
  }
  expect([await post(64 * 1024), await post(64 * 1024 + 1)]).toEqual([201, 413])
})
