import { expect, test } from 'vitest'
import { deploy } from './deploy.ts'
import { promotableRelease } from './promotable-release.ts'
import { type RollbackRequest, rollback } from './rollback.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { deployAll, withRelease1 } from './testing/with-release.ts'

const back: RollbackRequest = {
  to: null,
  reported: null,
  mode: 'apply',
  why: 'prices are wrong',
  force: 'no',
  waitSeconds: 0,
  confirm: async () => undefined,
}

/** Release 2 was found bad by a person, and 3 is what release 1 was. */
const rolledBack = async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  const { means } = scriptedMeans(world.platform)
  await deploy(deployAll, means)
  await rollback(back, means)
  return means
}

const asked = { release: null, force: 'no', words: 'release promote --from local --to prod' } as const

test('after a rollback it is the rollback that is taken', async () => {
  const { release } = await promotableRelease(asked, await rolledBack())
  expect(release).toMatchObject({ number: 3, kind: 'rollback', restores: 1 })
})

test('what a person took back there is refused by its number, until it is forced', async () => {
  const source = await rolledBack()
  const error = await failureOf(promotableRelease({ ...asked, release: 2 }, source))
  expect(error).toMatchObject({ code: 'DIGEST_REFUSED', exitCode: 3 })
  expect(error.why).toEqual(['release 2: catalog: rolled back by ada@laptop in release 3: prices are wrong'])
  const forced = await promotableRelease({ ...asked, release: 2, force: 'force' }, source)
  expect(forced.release.number).toBe(2)
})

test('while the next is being released there nothing is taken', async () => {
  const world = await withRelease1()
  const { means } = scriptedMeans(world.platform)
  const [first] = world.records
  if (first === undefined) throw new Error('no release 1')
  await world.platform.releases.create({ ...first, state: 'in-progress' })
  const error = await failureOf(promotableRelease(asked, means))
  expect(error).toMatchObject({ code: 'NEWEST_NOT_SUCCEEDED', why: ['its record says "in-progress"'] })
})
