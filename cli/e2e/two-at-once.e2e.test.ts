import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createShop, type Shop } from './shop.ts'
import { ask } from './shop-api.ts'
import type { ShopClient } from './shop-client.ts'
import { addSlowMigration } from './slow-migration.ts'
import { startStopped } from './stopped-command.ts'

const deploy = ['deploy', '--env', 'local', '--force']
const migrations = 'services/orders/migrations/0001-orders.ts'
const marked = "\nReflect.set(globalThis, 'e2e', 1)\n"

let shop: Shop
let client: ShopClient
/** Puts the source back to what users are on in the beginning, until the answer is called. */
const undoEdit = () => shop.edit(migrations, (text) => text.replace(marked, ''))

beforeAll(async () => {
  shop = await createShop()
  await shop.deploy()
  await shop.edit(migrations, (text) => `${text}${marked}`)
  await shop.deploy()
  client = await shop.client()
})
afterAll(async () => {
  await client?.stop()
  await shop?.close()
})

const waitFor = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 60_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never: ${isSo}`)
    await pause(10)
  }
}

const lockSchema = z.object({
  state: z.enum(['free', 'held', 'expired']),
  lock: z.object({ since: z.string(), holder: z.string(), processId: z.int() }).nullable(),
})

const showLock = async () => {
  const { stdout } = await shop.run(['lock', 'show', '--env', 'local', '--json'])
  return lockSchema.parse(z.object({ result: z.unknown() }).parse(JSON.parse(stdout)).result)
}

/** The release that answers for each service, by the edge's own header. */
const answeredBy = async () => {
  const paths = ['/.well-known/jwks.json', '/api/v1/products?limit=1', '/api/v1/orders']
  const answers = await Promise.all(paths.map((path) => ask(`${shop.url}${path}`)))
  return answers.map(({ headers }) => Number(headers['x-shop-release']))
}

const processSchema = z.object({ service: z.string(), digest: z.string().nullable(), processId: z.int() })

/** What each live process of a service runs, by the process table and the machine's own. */
const runningDigests = async () => {
  const directory = shop.statePath('processes')
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map((name) => readFile(`${directory}/${name}`, 'utf8')))
  const records = texts.map((text) => processSchema.parse(JSON.parse(text)))
  const { users, catalog, orders } = shop.processIds()
  return Object.fromEntries(
    [users, catalog, orders].flatMap((id) => {
      const found = records.find(({ processId }) => processId === id)
      return found === undefined ? [] : [[found.service, found.digest]]
    }),
  )
}

/** One release and nothing but it: at the edge, in the process table, among the processes of the machine. */
const expectWhole = async (release: number) => {
  const { services } = await shop.record(release)
  expect(await answeredBy()).toEqual([release, release, release])
  expect(shop.processes().filter(({ name }) => name === 'command')).toEqual([])
  expect(await runningDigests()).toEqual(
    Object.fromEntries(Object.entries(services).map(([service, { digest }]) => [service, digest])),
  )
  expect((await showLock()).state).toBe('free')
  const status = await shop.run(['status', '--env', 'local'])
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`release ${release} by`) })
  expect(client.report().failures).toEqual([])
}

const newest = async () => {
  const [record] = await shop.records()
  if (record === undefined) throw new Error('no release')
  return record
}

describe('two deploys at once', () => {
  test('the second is refused and told who holds the lock, since when and why; with --wait it has its turn', async () => {
    onTestFinished(await undoEdit())
    const env = { SHOPCTL_WHO: 'ada' }
    const first = await startStopped(shop, [...deploy, '--reason', 'new prices'], { stopAt: ['gate'], env })
    await first.stopped()
    const { since = '' } = (await showLock()).lock ?? {}

    const second = await shop.run(['deploy', '--env', 'local'])
    expect(second).toMatchObject({ code: 3, stderr: expect.stringMatching(/^LOCK_HELD: local is being changed/) })
    expect(second.stderr).toContain(`ada (process ${first.pid} on `)
    expect(second.stderr).toContain(since)
    expect(second.stderr).toContain('for: new prices')
    expect(second.stderr).toContain(`Fix: '${shop.root}/bin/shopctl' deploy --env local --wait 60\n`)
    const shown = await shop.run(['lock', 'show', '--env', 'local'])
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/ada .*new prices/s) })
    const meanwhile = await shop.run(['status', '--env', 'local'])
    expect(meanwhile).toMatchObject({ code: 0, stdout: expect.stringMatching(/Release \d+ is being released now/) })

    const third = shop.start(['deploy', '--env', 'local', '--wait', '60'])
    await third.waitFor('waiting for the lock, held by ada')
    first.goOn()
    expect(await first.finish()).toMatchObject({ code: 0 })
    expect(await third.result()).toMatchObject({ code: 0 })
    await expectWhole((await newest()).number)
  })

  test('a holder whose lock is taken away stops, and undoes nothing that is no longer its', async () => {
    const before = await newest()
    const first = await startStopped(shop, deploy, { stopAt: ['gate'] })
    await first.stopped()
    const taken = await shop.run(['lock', 'release', '--env', 'local', '--yes'])
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The lock of .* was taken away\.$/m) })

    const second = await shop.run([...deploy, '--reason', 'the second'])
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining(`Found release ${before.number + 1}`) })
    await first.interrupt('SIGCONT')
    const { code, stderr } = await first.finish()
    expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/^LOCK_LOST: /) })

    const after = await newest()
    expect(after).toMatchObject({ number: before.number + 2, why: 'the second', state: 'succeeded' })
    expect(await shop.record(before.number + 1)).toMatchObject({ state: 'aborted' })
    await expectWhole(after.number)
  })
})

/** Shows what a killed shopctl left, then lets the next deploy of what users are on find and mend it. */
const mendNext = async (left: number) => {
  const status = await shop.run(['status', '--env', 'local'])
  expect(status.stdout).toContain(
    `Release ${left} was left unfinished by a shopctl that is gone; the next deploy mends`,
  )
  const next = await shop.run(deploy)
  expect(next).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/Took over the lock of .*: its process is gone/),
  })
  expect(next.stdout).toContain(`Found release ${left}, begun by`)
  return next.stdout
}

describe('killed with SIGKILL', () => {
  test.each(['migrate', 'apply', 'gate', 'smoke', 'promote'] as const)('at "%s": it goes back', async (step) => {
    const edit = await undoEdit()
    const first = await startStopped(shop, deploy, { stopAt: [step] })
    await first.stopped()
    first.kill('SIGKILL')
    await first.finish()
    await edit()
    const left = await newest()
    expect(left).toMatchObject({ state: 'in-progress', previous: expect.any(Number) })

    expect(await mendNext(left.number)).toContain(`every service was put back on release ${left.previous}`)
    expect(await shop.record(left.number)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
    await expectWhole(left.previous ?? 0)
  })

  test('in the middle of a migration: it ends with the next command, which need not wait for it', async () => {
    const edit = await undoEdit()
    const restore = await addSlowMigration(shop)
    const first = shop.start(deploy)
    await waitFor(() => shop.processes().some(({ words }) => /^postgres: shop_orders_owner .* SELECT/.test(words)))
    first.kill('SIGKILL')
    await first.result()
    await restore()
    await edit()
    const left = await newest()

    await mendNext(left.number)
    await expectWhole(left.previous ?? 0)
    expect(shop.processes().filter(({ words }) => words.includes('migrate'))).toEqual([])
  })

  test('right after users were moved: the release had passed every check and is kept', async () => {
    const edit = await undoEdit()
    const first = await startStopped(shop, deploy, { stopAt: ['close'] })
    await first.stopped()
    first.kill('SIGKILL')
    await first.finish()
    const left = await newest()

    expect(await mendNext(left.number)).toContain('users had been moved to it after all its checks, so it is kept')
    expect(await shop.record(left.number)).toMatchObject({ state: 'succeeded', failure: null })
    await expectWhole(left.number)
    await edit()
  })
})
