import type { RequestListener } from 'node:http'
import { expect, test, vi } from 'vitest'
import { startLoad } from './testing/load.ts'
import type { Answer } from './testing/send.ts'
import { all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { startTestUpstream, type TestUpstream } from './testing/test-upstream.ts'

/** Reads the body, thinks for a moment, and says who it is. */
function orders(release: number): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => setImmediate(() => response.end(`release ${release}`)))
  }
}

function fault({ status, text, headers }: Answer): string | null {
  if (status !== 200) return `${status} ${text}`
  return text === `release ${headers['x-shop-release']}` ? null : `${text} under ${headers['x-shop-release']}`
}

test('switching thirty times under load fails no request and mixes no releases', async () => {
  const [odd, even] = [await upstreamWith(orders(1)), await upstreamWith(orders(2))]
  const edge = await edgeWith({ current: { release: 1, upstreams: all(odd.url) } })
  const load = startLoad(publicPort(edge), { keepAlive: 12, fresh: 2, fault })
  for (let round = 0; round < 30; round += 1) {
    const reached = load.good() + 70
    await vi.waitUntil(() => load.good() >= reached || load.failures.length > 0, { timeout: 20_000, interval: 2 })
    const { url } = round % 2 === 0 ? even : odd
    await edge.route({ current: { release: (round % 2) + 1 === 1 ? 2 : 1, upstreams: all(url) } })
  }
  await load.stop()
  expect(load.failures).toEqual([])
  expect(load.good()).toBeGreaterThan(2_000)
})

test('a deploy under load: the old process is ended when nothing is in flight on it, and no request fails', async () => {
  let serving: TestUpstream = await upstreamWith(orders(1))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(serving.url) } })
  const load = startLoad(publicPort(edge), { keepAlive: 12, fresh: 2, fault })
  for (let release = 2; release <= 8; release += 1) {
    const next = release === 8 ? await upstreamWith(orders(release)) : await startTestUpstream(orders(release))
    await edge.route({ current: { release, upstreams: all(next.url) } })
    const old = serving.url
    await vi.waitUntil(async () => {
      const { in_flight: inFlight } = (await edge.control('GET', '/status')).json()
      return !Object.hasOwn(Object(inFlight), old)
    })
    await serving.close()
    serving = next
    const reached = load.good() + 100
    await vi.waitUntil(() => load.good() >= reached || load.failures.length > 0, { timeout: 20_000 })
  }
  await load.stop()
  expect(load.failures).toEqual([])
})
