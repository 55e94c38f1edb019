import { afterEach, expect, test, vi } from 'vitest'
import type { Peer } from './peer.ts'
import { type RemoteKeys, remoteKeys } from './remote-keys.ts'
import { testKey } from './testing/token-kit.ts'

const [one, two] = [testKey('one'), testKey('two')]
const opened: RemoteKeys[] = []
afterEach(() => {
  for (const keys of opened.splice(0)) keys.close()
  vi.useRealTimers()
})

/** The users service's key set, which a test may change or take away, and a clock that it moves. */
function stage(beginning: { readonly down?: boolean; readonly keys?: (typeof one)[] } = {}) {
  const shop = { keys: [one], down: false, calls: 0, time: 0, ...beginning }
  const peer: Peer = {
    async call({ answers }) {
      shop.calls += 1
      if (shop.down) throw new Error('users is down')
      return answers.parse({ status: 200, body: { keys: shop.keys.map(({ jwk }) => jwk) } })
    },
    check: async () => undefined,
    close: () => undefined,
  }
  const keys = remoteKeys(peer, () => shop.time)
  opened.push(keys)
  const token = { payload: '', signature: '' }
  const find = (kid: string) =>
    Promise.resolve(keys.find({ alg: 'ES256', kid }, token)).then(
      () => 'found',
      (error: Error) => error.name,
    )
  return { shop, keys, find }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('A23: the keys are there before anyone asks, and 1 000 unknown ones fetch once more in 30 s', async () => {
  const { shop, find } = stage()
  await settled()
  expect(shop.calls).toBe(1)
  const storm = await Promise.all(Array.from({ length: 1_000 }, (_, index) => find(`unknown ${index}`)))
  expect(new Set(storm)).toEqual(new Set(['JWKSNoMatchingKey']))
  expect(shop.calls).toBe(2)
  shop.time += 29_999
  await find('unknown')
  expect(shop.calls).toBe(2)
  shop.time += 1
  await find('unknown')
  expect(shop.calls).toBe(3)
})

test('A23: a key that is new right after the start is taken up when it is first met', async () => {
  const { shop, find } = stage()
  await settled()
  shop.keys = [two, one]
  shop.time += 100
  expect(await Promise.all([find('two'), find('two'), find('one')])).toEqual(['found', 'found', 'found'])
  expect(shop.calls).toBe(2)
})

test('A23: without the users service the known keys go on for an hour, and no longer', async () => {
  const { shop, find } = stage()
  await settled()
  shop.down = true
  shop.time = 3_599_999
  expect(await find('one')).toBe('found')
  expect(shop.calls).toBe(1)
  shop.time = 3_600_000
  expect(await find('one')).toBe('KeysUnavailable')
  shop.down = false
  shop.time += 1_000
  expect(await find('one')).toBe('found')
})

test('A23: while the keys cannot be fetched an unknown one is not called wrong, and asks once in 30 s all the same', async () => {
  const { shop, find } = stage()
  await settled()
  shop.down = true
  const storm = await Promise.all(Array.from({ length: 100 }, (_, index) => find(`unknown ${index}`)))
  expect(new Set(storm)).toEqual(new Set(['KeysUnavailable']))
  expect(await find('another')).toBe('KeysUnavailable')
  expect(shop.calls).toBe(2)
  expect(await find('one')).toBe('found')
})

test('keys that could not be had at the start are asked for every second, and until then the check fails', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const { shop, keys } = stage({ down: true })
  for (let second = 1; second <= 3; second += 1) {
    await settled()
    expect(shop.calls).toBe(second)
    await expect(keys.check()).rejects.toThrow()
    shop.time += 1_000
    shop.down = second < 3
    vi.advanceTimersByTime(1_000)
  }
  await keys.loaded
  await keys.check()
  shop.down = true
  shop.time += 7_200_000
  await keys.check()
})

test('who waits to be ready does not wait for ever: of services that start together one must be first', async () => {
  const { shop, keys, find } = stage({ down: true })
  await settled()
  shop.time += 2_999
  await expect(keys.check()).rejects.toThrow()
  shop.time += 1
  await keys.check()
  expect(await find('one')).toBe('KeysUnavailable')
})

test('without any key who comes asks for them as well, at most once a second', async () => {
  const { shop, find } = stage({ down: true })
  await settled()
  shop.time += 1_000
  expect(await find('one')).toBe('KeysUnavailable')
  const calls = shop.calls
  expect(await find('one')).toBe('KeysUnavailable')
  expect(shop.calls).toBe(calls)
  shop.down = false
  shop.time += 1_000
  expect(await find('one')).toBe('found')
})

test('A23: the key set is fetched ahead every five minutes', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const { shop } = stage()
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      shop.time += 1_000
      vi.advanceTimersByTime(1_000)
      await settled()
    }
  }
  await settled()
  await pass(299)
  expect(shop.calls).toBe(1)
  await pass(1)
  expect(shop.calls).toBe(2)
  // Where that fails it is tried again every half minute.
  shop.down = true
  await pass(300)
  expect(shop.calls).toBe(3)
  await pass(29)
  expect(shop.calls).toBe(3)
  await pass(31)
  expect(shop.calls).toBe(5)
})

test('a key of a kind that we do not know does not spoil the others', async () => {
  const foreign = { ...one, jwk: { ...one.jwk, kid: 'foreign', kty: 'OKP' } }
  const { find } = stage({ keys: [foreign, one] })
  await settled()
  expect([await find('one'), await find('foreign')]).toEqual(['found', 'JWKSNoMatchingKey'])
})
