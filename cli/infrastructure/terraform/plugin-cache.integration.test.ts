import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { moveToken } from './cache-token.ts'
import { withPluginCache } from './plugin-cache.ts'

const never = new AbortController().signal
let cache: string
let token: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'shopctl-plugin-cache-'))
  token = join(cache, '.shopctl-init-token')
})
afterEach(() => rm(cache, { recursive: true, force: true }))

const quiet = { signal: never, say: () => undefined }

/** As many inits as wanted at the same moment; how many of them ran at once at most. */
const mostAtOnce = async (wanted: number): Promise<number> => {
  let now = 0
  let most = 0
  const work = async () => {
    now += 1
    most = Math.max(most, now)
    await pause(5)
    now -= 1
  }
  await Promise.all(Array.from({ length: wanted }, () => withPluginCache(cache, { ...quiet, work })))
  return most
}

const holdByTheDead = async () => {
  const child = spawn('true')
  await once(child, 'exit')
  await rm(token, { recursive: true, force: true })
  await mkdir(token)
  await writeFile(join(token, `${child.pid}-1`), '')
}

test('inits that begin together go one after the other, and the cache is free after them, also after one that threw', async () => {
  expect(await mostAtOnce(4)).toBe(1)
  const work = () => Promise.reject(new Error('no disk'))
  await expect(withPluginCache(cache, { ...quiet, work })).rejects.toThrow('no disk')
  expect(await readdir(token)).toEqual(['free'])
  expect(await readdir(cache)).toEqual(['.shopctl-init-token'])
})

test('what a killed run left is taken over by one of those who wait, and by one only', async () => {
  for (let round = 0; round < 10; round += 1) {
    await holdByTheDead()
    expect(await mostAtOnce(4)).toBe(1)
  }
})

test('who saw the dead holder too late does not take the cache from who took it over', async () => {
  await holdByTheDead()
  const [dead = ''] = await readdir(token)
  expect(await moveToken(token, { from: dead, to: '7-1' })).toBe(true)
  expect(await moveToken(token, { from: dead, to: '8-1' })).toBe(false)
  expect(await readdir(token)).toEqual(['7-1'])
})

test('who waits says once for whom, and is refused with the process after the longest wait', async () => {
  const done = Promise.withResolvers<void>()
  const held = withPluginCache(cache, { ...quiet, work: () => done.promise })
  await vi.waitFor(async () => expect(await readdir(token)).not.toEqual(['free']))
  const said: string[] = []
  const waiting = { signal: never, say: (message: string) => void said.push(message), waitMilliseconds: 250 }
  const work = vi.fn(async () => undefined)
  await expect(withPluginCache(cache, { ...waiting, work })).rejects.toMatchObject({
    code: 'PLUGIN_CACHE_IN_USE',
    outcome: 'refused',
    message: expect.stringContaining(`process ${process.pid} `),
    fix: expect.arrayContaining([`ps -fp ${process.pid}`]),
  })
  expect(said).toEqual([`waiting for the terraform init of process ${process.pid}`])
  expect(work).not.toHaveBeenCalled()
  done.resolve()
  await held
})

test('an interrupt ends the waiting', async () => {
  const done = Promise.withResolvers<void>()
  const held = withPluginCache(cache, { ...quiet, work: () => done.promise })
  await vi.waitFor(async () => expect(await readdir(token)).not.toEqual(['free']))
  const stop = new AbortController()
  const waiting = withPluginCache(cache, { signal: stop.signal, say: () => stop.abort(), work: async () => undefined })
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
  done.resolve()
  await held
})
