import { expect, test } from 'vitest'
import type { LockStore, LockValue } from '../stores.ts'

export const aLockValue = (holder: string): LockValue => ({
  holder,
  host: 'laptop',
  processId: 4711,
  processStart: '12345',
  reason: 'deploy',
  since: '2026-11-22T12:00:00.000Z',
  timeToLiveSeconds: 30,
  renewed: { wall: '2026-11-22T12:00:00.000Z', boot: { id: 'boot', uptimeSeconds: 17.25 } },
  released: false,
})

/** What every LockStore keeps to; `open` gives one that is empty, and the same one again for the same name. */
export const lockStoreContract = (open: (name: string) => Promise<LockStore>): void => {
  test('an empty store has no lock', async () => {
    expect(await (await open('empty')).read()).toBeNull()
  })

  test('what was written is read back with the version that a next write replaces', async () => {
    const store = await open('round trip')
    const version = await store.write(aLockValue('ada'), null)
    expect(await store.read()).toEqual({ value: aLockValue('ada'), version })
    const next = await store.write(aLockValue('bob'), version)
    expect(next).not.toBe(version)
    expect((await store.read())?.value.holder).toBe('bob')
  })

  test('a write that names an older version, or none, loses and changes nothing', async () => {
    const store = await open('stale')
    const first = await store.write(aLockValue('ada'), null)
    await store.write(aLockValue('bob'), first)
    expect(await store.write(aLockValue('eve'), first)).toBeNull()
    expect(await store.write(aLockValue('eve'), null)).toBeNull()
    expect((await store.read())?.value.holder).toBe('bob')
  })

  test('of many who replace the same version one wins', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => open('race')))
    let version: string | null = null
    for (let round = 0; round < 10; round += 1) {
      const answers: (string | null)[] = await Promise.all(
        stores.map((store, index) => store.write(aLockValue(`contender ${index}`), version)),
      )
      const winners = answers.flatMap((answer, index) => (answer === null ? [] : [index]))
      expect(winners).toHaveLength(1)
      const current = await stores[0]?.read()
      expect(current?.value.holder).toBe(`contender ${winners[0]}`)
      version = current?.version ?? null
    }
  })
}
