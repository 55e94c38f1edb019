import { expect, test } from 'vitest'
import { deploy } from './deploy.ts'
import type { FlowMeans } from './means.ts'
import { rollback } from './rollback.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { deployAll, withRelease1 } from './testing/with-release.ts'

/** Means that keep what is announced: number, kind, state and what users were on before. */
const listening = (means: FlowMeans) => {
  const heard: (readonly [number, string, string, number | null])[] = []
  const announce: FlowMeans['announce'] = ({ release, previous }) => {
    heard.push([release.number, release.kind, release.state, previous?.number ?? null])
  }
  return { heard, means: { ...means, announce } }
}

const backToFirst = {
  to: 1,
  reported: null,
  mode: 'apply',
  why: null,
  force: 'no',
  waitSeconds: 0,
  confirm: async () => undefined,
} as const

test('a deploy and a rollback are announced once their records are closed, each once', async () => {
  const world = await withRelease1()
  const { heard, means } = listening(scriptedMeans(world.platform).means)
  world.source.catalog = 'catalog2'
  await deploy(deployAll, means)
  await rollback(backToFirst, means)
  expect(heard).toEqual([
    [2, 'deploy', 'succeeded', 1],
    [3, 'rollback', 'succeeded', 2],
  ])
})

test('a deploy that is taken back is announced as that', async () => {
  const world = await withRelease1({ bad1: 'crashes' })
  const { heard, means } = listening(scriptedMeans(world.platform).means)
  world.source.catalog = 'bad1'
  expect(await failureOf(deploy(deployAll, means))).toMatchObject({ code: 'ROLLOUT_UNHEALTHY' })
  expect(heard).toEqual([[2, 'deploy', 'rolled-back', 1]])
})

test('a deploy that changes nothing announces nothing', async () => {
  const world = await withRelease1()
  const { heard, means } = listening(scriptedMeans(world.platform).means)
  await deploy(deployAll, means)
  await deploy({ ...deployAll, mode: 'dry-run' }, means)
  expect(heard).toEqual([])
})
