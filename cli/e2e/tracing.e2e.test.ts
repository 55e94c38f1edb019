import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TraceCollector, traceCollector } from '../../services/kit/testing/trace-collector.ts'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
let collector: TraceCollector
beforeAll(async () => {
  collector = await traceCollector()
  shop = await createShop()
  await shop.deploy()
})
afterAll(async () => {
  await shop.close()
  await collector.close()
})

const recorded = '4bf92f3577b34da6a3ce929d0e0e4736'
const unrecorded = '00000000000000000000000000000417'

/** The product list, asked for by a client that has decided about its trace. */
const ask = async (traceId: string): Promise<void> => {
  const flags = traceId === recorded ? '01' : '00'
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` }
  const answer = await fetch(`${shop.url}/api/v1/products?limit=1`, { headers })
  expect(answer.status).toBe(200)
  await answer.arrayBuffer()
}
const servicesSeen = async () => {
  const spans = await collector.spans()
  return [...new Set(spans.map(({ service, traceId }) => `${service} ${traceId}`))].toSorted()
}

test('a collector in settings.env is told of a request by the edge and the service, from the next deploy on', async () => {
  const before = shop.processIds()
  const ratio = 'OTEL_TRACES_SAMPLER_ARG=0'
  await writeFile(shop.statePath('settings.env'), `OTEL_EXPORTER_OTLP_ENDPOINT=${collector.url}\n${ratio}\n`)
  await shop.deploy()
  expect(shop.restarted(before)).toEqual(expect.arrayContaining(['catalog', 'edge', 'orders', 'users']))

  // A trace of its own, of which this shop takes none; one that its client does not record; one that it does.
  await (await fetch(`${shop.url}/api/v1/products?limit=1`)).arrayBuffer()
  await ask(unrecorded)
  await ask(recorded)
  const seen = [`edge ${recorded}`, `product-catalog ${recorded}`]
  await expect.poll(servicesSeen, { timeout: 20_000, interval: 250 }).toEqual(seen)

  const lines = await shop.run(['logs', '--env', 'local', '--json'])
  expect(lines.stdout).toContain(recorded)
})

test('the next deploy leaves them as they are, and without the settings nobody is told any more', async () => {
  const traced = shop.processIds()
  await shop.deploy()
  expect(shop.restarted(traced)).toEqual([])
  await writeFile(shop.statePath('settings.env'), '')
  await shop.deploy()
  const told = (await collector.spans()).length
  await ask(recorded)
  expect(shop.restarted(traced)).toContain('edge')
  expect(await collector.spans()).toHaveLength(told)
})
