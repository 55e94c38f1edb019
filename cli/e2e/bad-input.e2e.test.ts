import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createLocalLockStore } from '../platforms/local/lock-store.ts'
import type { LockMoment } from '../releases/stores.ts'
import { systemLockClock } from '../releases/system-lock-clock.ts'
import { createShop, type Shop } from './shop.ts'
import { ask } from './shop-api.ts'
import type { ShopClient } from './shop-client.ts'

const deploy = ['deploy', '--env', 'local']

let shop: Shop
let client: ShopClient

beforeAll(async () => {
  shop = await createShop()
  await shop.deploy()
  client = await shop.client()
})
afterAll(async () => {
  await client?.stop()
  await shop?.close()
})

const answeredBy = async () => Number((await ask(`${shop.url}/api/v1/products`)).headers['x-shop-release'])

/** What ran goes on: on the same processes, for all users, and status says so. */
const expectUndisturbed = async (before: Readonly<Record<string, number>>) => {
  expect(shop.processIds()).toEqual(before)
  expect(await shop.run(['status', '--env', 'local'])).toMatchObject({ code: 0 })
  expect(client.report().failures).toEqual([])
}

const damage = async (file: string): Promise<void> => writeFile(file, '{ "half": ')

describe('a database that cannot be used', () => {
  const foundations = z.object({ databases: z.record(z.string(), z.object({ url: z.string() })) })
  const urlOfUsers = async () => {
    const text = await readFile(shop.statePath('secrets', 'foundations.json'), 'utf8')
    return new URL(foundations.parse(JSON.parse(text)).databases.users?.url ?? '')
  }
  const wrongPassword = async () => Object.assign(await urlOfUsers(), { password: 'not-the-right-one' }).href
  const cases = [
    { title: 'malformed', url: async () => 'nonsense:not-the-right-one@', code: 'DATABASE_URL_INVALID' },
    {
      title: 'unreachable',
      url: async () => 'postgres://shop:not-the-right-one@127.0.0.1:1/shop',
      code: 'DATABASE_UNREACHABLE',
    },
    { title: 'a wrong password', url: wrongPassword, code: 'DATABASE_LOGIN_REFUSED' },
    {
      title: 'without the right to make databases',
      url: async () => (await urlOfUsers()).href,
      code: 'DATABASE_RIGHTS_MISSING',
    },
  ]

  test.each(cases)('$title: refused, and what ran goes on', async ({ url, code }) => {
    const before = shop.processIds()
    const named = await url()
    const result = await shop.run(deploy, { env: { DATABASE_URL: named } })
    expect(result).toMatchObject({ code: 3, stderr: expect.stringMatching(new RegExp(`^${code}: `)) })
    expect(`${result.stdout}${result.stderr}`).not.toContain('not-the-right-one')
    await expectUndisturbed(before)
  })

  test('killed while the shop runs: status says what is not ready, deploy brings it back', async () => {
    const before = shop.processIds()
    const killed = client
    const [postmaster = ''] = (await readFile(shop.statePath('postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')
    await killed.stop()
    process.kill(Number(postmaster), 'SIGKILL')
    // Its children answer for a moment more.
    const status = () => shop.run(['status', '--env', 'local'])
    const notReady = {
      code: 5,
      stdout: expect.stringMatching(/^local is degraded;.*not ready: database\b[a-z, ]* down/s),
    }
    await expect.poll(status, { timeout: 20_000, interval: 100 }).toMatchObject(notReady)
    expect(await shop.run(deploy)).toMatchObject({ code: 0 })
    client = await shop.client()
    await expectUndisturbed(before)
  })
})

describe('damaged state', () => {
  test('a process record is set aside; the service is started again and no user notices', async () => {
    const { orders, ...others } = shop.processIds()
    const [name = ''] = (await readdir(shop.statePath('processes'))).filter((file) => file.startsWith('orders-'))
    await damage(shop.statePath('processes', name))
    expect(await shop.run(['status', '--env', 'local'])).toMatchObject({ code: 5 })
    expect(await shop.run(deploy)).toMatchObject({ code: 0 })
    const { orders: started, ...same } = shop.processIds()
    expect(same).toEqual(others)
    expect(started).not.toBe(orders)
    expect(await readdir(shop.statePath('processes'))).toContain(`${name}.broken`)
    await expectUndisturbed(shop.processIds())
  })

  test('routes are written anew before a release builds on them', async () => {
    await damage(shop.statePath('routes.json'))
    await shop.edit('services/orders/main.ts', (text) => `${text}\nReflect.set(globalThis, 'e2e', 1)\n`)
    const result = await shop.run(deploy)
    expect(result, result.stderr).toMatchObject({ code: 0 })
    const [newest] = await shop.records()
    expect(newest?.number).toBe(await answeredBy())
    await expectUndisturbed(shop.processIds())
  })

  test('foundations are known from their copy: keys and passwords stay what they were', async () => {
    const before = shop.processIds()
    const { email, password } = await shop.demoLogin('customer')
    await damage(shop.statePath('secrets', 'foundations.json'))
    await shop.edit('services/edge/main.ts', (text) => `${text}\nReflect.set(globalThis, 'e2e', 1)\n`)
    expect(await shop.run(deploy)).toMatchObject({ code: 0 })
    expect(await shop.demoLogin('customer')).toEqual({ email, password })
    expect(await shop.api.logIn(email, password)).toMatch(/^ey/)
    const { edge: _, ...services } = shop.processIds()
    expect(before).toMatchObject(services)
    await expectUndisturbed(shop.processIds())
  })

  test('a release record is said and set aside, and its number is never used again', async () => {
    const [newest] = await shop.records()
    const number = newest?.number ?? 0
    const file = `${String(number).padStart(6, '0')}.json`
    await damage(shop.statePath('releases', file))
    const status = await shop.run(['status', '--env', 'local'])
    expect(status.stdout).toContain(`the record of release ${number} could not be read`)
    expect(status.code).toBe(5)
    expect(await readdir(shop.statePath('releases', 'set-aside'))).toEqual([file])
    expect(await shop.run(['history', '--env', 'local'])).toMatchObject({ code: 0 })

    expect(await shop.run([...deploy, '--force'])).toMatchObject({ code: 0 })
    expect((await shop.records())[0]).toMatchObject({ number: number + 1, state: 'succeeded' })
    expect(await answeredBy()).toBe(number + 1)
    expect(client.report().failures).toEqual([])
  })

  test('a line of settings.env that is no setting is named; a command that only looks is not stopped', async () => {
    const before = shop.processIds()
    const file = shop.statePath('settings.env')
    await writeFile(file, 'LOG_LEVEL=info\nthis is no setting\n')
    onTestFinished(() => rm(file))
    const result = await shop.run(deploy)
    expect(result).toMatchObject({ code: 3, stderr: expect.stringMatching(/^OVERRIDES_INVALID: Line 2 of /) })
    await expectUndisturbed(before)
  })
})

describe('a clock that jumps', () => {
  const shown = z.object({ result: z.object({ state: z.string(), why: z.string().nullable() }) })
  const { home, now } = systemLockClock()
  const boot = (secondsAgo: number): LockMoment['boot'] => {
    const moment = now().boot
    return moment === null ? null : { ...moment, uptimeSeconds: moment.uptimeSeconds - secondsAgo }
  }

  test.each([
    { wall: '2001-01-01T00:00:00.000Z', secondsAgo: 5, state: 'held', why: null },
    { wall: '2101-01-01T00:00:00.000Z', secondsAgo: 5, state: 'held', why: null },
    { wall: '2101-01-01T00:00:00.000Z', secondsAgo: 60, state: 'expired', why: 'its time to live passed' },
  ])('a lock renewed $secondsAgo s ago by uptime and at $wall by its wall clock is $state', async (lock) => {
    const store = createLocalLockStore(shop.statePath('lock'))
    const { wall, secondsAgo, state, why } = lock
    const renewed = { wall, boot: boot(secondsAgo) }
    const value = { ...home, holder: 'ada', reason: 'a test', since: wall, timeToLiveSeconds: 30, released: false }
    const version = await store.write({ ...value, renewed }, (await store.read())?.version ?? null)
    onTestFinished(async () => {
      await store.write({ ...value, renewed, released: true }, version)
    })
    const { stdout } = await shop.run(['lock', 'show', '--env', 'local', '--json'])
    expect(shown.parse(JSON.parse(stdout)).result).toMatchObject({ state, why })
    if (state === 'expired') return
    expect(await shop.run(['down', '--env', 'local'])).toMatchObject({ code: 3 })
  })
})

/** Takes a port for as long as the test wants. */
const listenOn = async (port: number) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

describe('what stands in the way of a start', () => {
  test('a port in use: the process that has it is named', async () => {
    await client.stop()
    expect(await shop.run(['down', '--env', 'local'])).toMatchObject({ code: 0 })
    const taken = await listenOn(shop.port)
    const result = await shop.run(deploy)
    await taken.close()
    expect(result).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^PORT_IN_USE: Port \d+ is taken by process/),
    })
    expect(result.stderr).toContain(`process ${process.pid} (`)
    expect(result.stderr).toMatch(/Fix: .* deploy --env local --port \d+\n/)
    expect(shop.processes()).toEqual([])
  })

  test('data of another PostgreSQL version is refused and left as it is', async () => {
    const file = shop.statePath('postgres', 'data', 'PG_VERSION')
    const version = await readFile(file, 'utf8')
    await writeFile(file, '16\n')
    const result = await shop.run(deploy)
    expect(await readFile(file, 'utf8')).toBe('16\n')
    await writeFile(file, version)
    expect(result).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^POSTGRES_DATA_VERSION: .* by version 16 /),
    })
  })

  test('no redis-server on PATH: the shop does without', async () => {
    const programs = join(shop.root, '..', 'programs')
    await mkdir(programs)
    await symlink(process.execPath, join(programs, 'node'))
    await Promise.all(['sh', 'setpriv'].map((name) => symlink(join('/usr/bin', name), join(programs, name))))
    const result = await shop.run([...deploy, '--force'], { env: { PATH: programs } })
    expect(result, result.stderr).toMatchObject({ code: 0 })
    expect(shop.processIds()).not.toHaveProperty('redis')
    expect(await shop.run(['status', '--env', 'local'])).toMatchObject({ code: 0 })
    expect((await ask(`${shop.url}/api/v1/products`)).status).toBe(200)
  })
})
