import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReleaseObservation } from '../../health/observation.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { aLockValue } from '../../releases/testing/lock-store-contract.ts'
import type { Artifact, Platform, Rendered, RunningState } from '../platform.ts'

export type PlatformUnderTest = {
  readonly platform: Platform
  /** Changes the source of one service, so that the next build makes something new of it. */
  changeSource(service: string): Promise<void>
  /** Values that no record may hold. */
  secrets(): Promise<readonly string[]>
  close(): Promise<void>
}

const signal = (seconds = 120): AbortSignal => AbortSignal.timeout(seconds * 1000)
const work = () => ({ say: () => undefined, signal: signal() })
const nowhere = `sha256:${'0'.repeat(64)}`

const isReady = ({ services, inTouch }: ReleaseObservation): boolean =>
  inTouch &&
  services.every(
    ({ desired, instances, unfinished }) =>
      unfinished === undefined && desired > 0 && instances.filter(({ ready }) => ready).length === desired,
  )

/** Those that are there, and are not on their way out. */
const present = ({ instances }: RunningState) =>
  instances.filter(({ state }) => state === 'ready' || state === 'not-ready')

const names = (state: RunningState): readonly string[] =>
  present(state)
    .map(({ name }) => name)
    .toSorted()

/** What a flow relies on, whatever the platform. The cases follow a shop's life and share one platform. */
export const platformContract = (open: () => Promise<PlatformUnderTest>): void => {
  let opened: PlatformUnderTest
  let platform: Platform
  let artifacts: readonly Artifact[]
  let first: ReleaseRecord
  let second: ReleaseRecord

  beforeAll(async () => {
    opened = await open()
    platform = opened.platform
  })
  afterAll(async () => opened?.close())

  const buildAll = async (): Promise<readonly Artifact[]> => {
    const built = await platform.build(platform.services, work())
    await platform.push?.(built, work())
    return built
  }
  const digests = (built: readonly Artifact[]) =>
    Object.fromEntries(built.map(({ service, digest }) => [service, digest]))

  const record = async ({ services, shared }: Rendered, previous: number | null): Promise<ReleaseRecord> => {
    const { number: _, ...fresh } = aRelease({ number: 1, state: 'in-progress', previous, finishedAt: null, shared })
    return platform.releases.create({ ...fresh, services: { ...services } }, signal())
  }

  /** As the flow of a deploy does it, without a gate's patience. */
  const release = async (rendered: Rendered, previous: number | null): Promise<ReleaseRecord> => {
    const made = await record(rendered, previous)
    for (const [service, { migrationsHash }] of Object.entries(made.services)) {
      if (migrationsHash === '') continue
      expect((await platform.migrate(service, made, signal())).failure).toBeNull()
    }
    await platform.apply(made, 'refuse', signal())
    await untilReady(made)
    await (await platform.entry(made, signal())).close?.()
    await platform.promote(made, signal())
    const closed: ReleaseRecord = { ...made, state: 'succeeded', finishedAt: new Date().toISOString() }
    await platform.releases.update(closed, signal())
    return closed
  }

  const untilReady = async (wanted: ReleaseRecord): Promise<void> => {
    const enough = new AbortController()
    for await (const seen of platform.observe(wanted, AbortSignal.any([enough.signal, signal()]))) {
      if (isReady(seen)) enough.abort()
    }
    if (!enough.signal.aborted) throw new Error(`release ${wanted.number} never became ready`)
  }

  describe('before the first release', () => {
    test('nothing is said to run', async () => {
      expect(await platform.running()).toMatchObject({ serving: null, instances: [] })
      expect(await platform.releases.list()).toEqual({ records: [], setAside: [] })
    })

    test('the same source is built to the same digests', async () => {
      artifacts = await buildAll()
      expect(artifacts.map(({ service }) => service).toSorted()).toEqual([...platform.services].toSorted())
      const again = await platform.build(platform.services, work())
      expect(digests(again)).toEqual(digests(artifacts))
      expect(again.map(({ cached }) => cached)).toEqual(again.map(() => true))
    })

    test('what is prepared twice is prepared once, and nothing runs by it', async () => {
      await platform.prepare(work())
      const rendered = await platform.render(artifacts)
      await platform.prepare(work())
      expect(await platform.render(artifacts)).toEqual(rendered)
      expect((await platform.running()).serving).toBeNull()
    })

    test('evidence is collected of what was never applied, without a fault', async () => {
      const { services } = await platform.render(artifacts)
      const never = { ...aRelease({ number: 99 }), services: { ...services } }
      const evidence = await platform.collectEvidence('orders', 'it never came', never)
      expect(evidence).toMatchObject({ service: 'orders', reason: 'it never came', lastLogs: [], previousLogs: [] })
    })

    test('of two who take the lock one gets it', async () => {
      expect(await platform.lock.read()).toBeNull()
      const version = await platform.lock.write(aLockValue('ada'), null)
      expect(await platform.lock.write(aLockValue('bob'), null)).toBeNull()
      expect(await platform.lock.read()).toEqual({ value: aLockValue('ada'), version })
      expect(await platform.lock.write({ ...aLockValue('ada'), released: true }, version)).not.toBeNull()
      expect(await platform.lock.write(aLockValue('eve'), version)).toBeNull()
    })
  })

  describe('a release', () => {
    test('comes up and serves', async () => {
      first = await release(await platform.render(artifacts), null)
      const state = await platform.running()
      expect(state.serving).toBe(first.number)
      expect(state.instances.map(({ state: is }) => is)).toEqual(state.instances.map(() => 'ready'))
      for (const service of platform.services) {
        const own = state.instances.find((instance) => instance.service === service)
        expect(own?.digest).toBe(first.services[service]?.digest)
      }
    })

    test('answers through its entry point', async () => {
      const { url, headers, close } = await platform.entry(first, signal())
      try {
        const answer = await fetch(`${url}/api/v1/products?limit=1`, { headers, signal: signal() })
        expect(answer.status).toBe(200)
        expect(await answer.json()).toHaveProperty('data')
      } finally {
        await close?.()
      }
    })

    test('is rendered again as it was, without a difference', async () => {
      const { services, shared } = await platform.render(await platform.build(platform.services, work()))
      expect({ services, shared }).toEqual({ services: first.services, shared: first.shared })
      expect((await platform.drift?.(first)) ?? []).toEqual([])
      expect((await platform.compareLive?.({ services, shared }, signal())) ?? []).toEqual([])
    })

    test('is left alone where it is applied again', async () => {
      const before = names(await platform.running())
      await platform.apply(first, 'refuse', signal())
      await untilReady(first)
      expect(names(await platform.running())).toEqual(before)
    })

    test('lacks nothing, and what it would lack is named by its service', async () => {
      expect(await platform.missing(first.services)).toEqual([])
      const { orders } = first.services
      if (orders === undefined) throw new Error('orders was not released')
      const lacking = await platform.missing({ orders: { ...orders, digest: nowhere } })
      expect(lacking).toEqual([expect.stringMatching(/^orders: .*0{64}/)])
    })

    test('is heard by its logs', async () => {
      const heard = new Set<string>()
      const request = { services: platform.services, release: null, previous: false, tailLines: 50, follow: false }
      for await (const { service, instance, text } of platform.logs({ ...request, signal: signal() })) {
        expect([instance, text]).not.toContain('')
        heard.add(service)
      }
      expect([...heard].toSorted()).toEqual([...platform.services].toSorted())
    })

    test('gives evidence of what is well, with its last lines', async () => {
      const evidence = await platform.collectEvidence('orders', 'it is too slow', first)
      expect(evidence.reason).toBe('it is too slow')
      expect(evidence.lastLogs).not.toEqual([])
    })
  })

  describe('the next release', () => {
    test('changes the one service whose source has changed', async () => {
      await opened.changeSource('catalog')
      const before = await platform.running()
      const built = await buildAll()
      const changed = built.filter(({ service, digest }) => digests(artifacts)[service] !== digest)
      expect(changed.map(({ service }) => service)).toEqual(['catalog'])
      second = await release(await platform.render(built), first.number)
      expect(second.number).toBeGreaterThan(first.number)
      const after = await platform.running()
      expect(after.serving).toBe(second.number)
      const others = ({ instances, ...state }: RunningState) =>
        names({ ...state, instances: instances.filter(({ service }) => service !== 'catalog') })
      expect(others(after)).toEqual(others(before))
    })

    test('keeps only what belongs to it, and the way back', async () => {
      await platform.retire(second, signal())
      const state = await platform.running()
      const wanted = new Set(Object.values(second.services).map(({ digest }) => digest))
      const own = present(state).filter(({ service }) => platform.services.includes(service))
      expect(own.filter(({ digest }) => !wanted.has(digest))).toEqual([])
      expect(await platform.missing(first.services)).toEqual([])
    })

    test('goes back to what was recorded', async () => {
      const back = await release({ services: first.services, shared: first.shared }, second.number)
      expect((await platform.running()).serving).toBe(back.number)
      await platform.retire(back, signal())
    })
  })

  describe('records', () => {
    test('are newest first and hold no secret', async () => {
      const { records } = await platform.releases.list()
      expect(records.map(({ number }) => number)).toEqual([3, 2, 1])
      const secrets = await opened.secrets()
      expect(secrets).not.toEqual([])
      const text = JSON.stringify(records)
      expect(secrets.filter((secret) => text.includes(secret) || text.includes(btoa(secret)))).toEqual([])
    })

    test('are removed for good, and numbers go on', async () => {
      const copy = { services: first.services, shared: first.shared }
      const [old, newer] = [await record(copy, null), await record(copy, null)]
      await platform.releases.remove(old.number)
      await platform.releases.remove(old.number)
      expect(await platform.releases.read(old.number)).toBeNull()
      expect((await platform.releases.read(newer.number))?.number).toBe(newer.number)
      const newest = await record(copy, null)
      expect(newest.number).toBeGreaterThan(newer.number)
      for (const { number } of [newer, newest]) await platform.releases.remove(number)
    })
  })

  describe('taking it down', () => {
    test('stops everything and keeps the history', async () => {
      await platform.down({ data: 'keep' }, signal())
      const state = await platform.running()
      expect([state.serving, names(state)]).toEqual([null, []])
      expect((await platform.releases.list()).records).toHaveLength(3)
    })

    test('and with its data leaves nothing', async () => {
      await platform.down({ data: 'delete' }, signal())
      expect(await platform.running()).toMatchObject({ serving: null, instances: [] })
      expect((await platform.releases.list()).records).toEqual([])
    })
  })
}
