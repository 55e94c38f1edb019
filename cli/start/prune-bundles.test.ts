import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pruneBundles } from './prune-bundles.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'shopctl-bundles-'))
})
afterEach(() => rm(cache, { recursive: true, force: true }))

const name = (index: number): string => index.toString(16).padStart(16, '0')

const bundle = async (index: number, hoursOld: number): Promise<void> => {
  const folder = join(cache, name(index))
  const time = new Date(Date.now() - hoursOld * 3_600_000)
  await mkdir(folder)
  await utimes(folder, time, time)
}

test('bundles of the last day stay, for commands that still run from them; of older ones the newest three', async () => {
  for (const [index, hoursOld] of [0, 1, 30, 40, 50, 60].entries()) await bundle(index, hoursOld)
  await pruneBundles(cache, name(0))
  expect((await readdir(cache)).toSorted()).toEqual([0, 1, 2, 3].map(name))
})

test('twenty are kept however new they are', async () => {
  for (let index = 0; index < 30; index++) await bundle(index, index / 10)
  await pruneBundles(cache, name(0))
  expect((await readdir(cache)).toSorted()).toEqual(Array.from({ length: 21 }, (_, index) => name(index)))
})

test('what is no bundle is left alone, and so is the current one however old', async () => {
  await bundle(9, 1000)
  await mkdir(join(cache, 'building-4711'))
  await pruneBundles(cache, name(9))
  expect((await readdir(cache)).toSorted()).toEqual([name(9), 'building-4711'])
})
