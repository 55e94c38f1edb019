import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../platforms/local/ports.ts'
import { type Canary, canariesIn, plantCanary } from '../canary.ts'
import { type ProcessWatch, watchProcesses } from '../process-watch.ts'
import { documentOf, eventsOf } from '../published-schemas.ts'
import type { CommandOptions, CommandResult } from '../running-command.ts'
import { createShopApi, type Order, type ShopApi } from '../shop-api.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { listAll, noCluster, onCluster } from './test-cluster.ts'
import { digestsOf, runningDigests } from './whole-release.ts'

const env = ['--env', 'dev'] as const

const planted = {
  everybody: plantCanary('CANARY_TOKEN of every service'),
  orders: plantCanary('CANARY_URL of orders'),
}
const canaries: readonly Canary[] = Object.values(planted)

/** Whatever a release brings, its records, and what the cluster says of it; only Secrets may hold a secret. */
const readable = [
  ['v1', 'ConfigMap'],
  ['v1', 'Pod'],
  ['v1', 'Event'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'Job'],
  ['coordination.k8s.io/v1', 'Lease'],
] as const

const written = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['batch/v1', 'Job'],
] as const

/** Once, and not again in the next container of the same pod, which has the same /tmp. */
const fallsOnce = (text: string) => `import { existsSync, writeFileSync } from 'node:fs'
if (process.env.POD_NAME && process.argv.length === 2 && !existsSync('/tmp/fell')) {
  writeFileSync('/tmp/fell', '')
  throw new Error('fell once on purpose')
}
${text}`

describe.skipIf(noCluster !== null)(onCluster('the first deploy to a cluster'), () => {
  let shop: ClusterShop
  let processes: ProcessWatch
  let api: ShopApi
  let token = ''
  let order: Order

  /** Runs a command and shows that no secret is in anything that it says. */
  const run = async (words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
    const result = await shop.run(words, options)
    const text = `${result.stdout}\n${result.stderr}`
    expect(canariesIn(text, canaries), text).toEqual([])
    return result
  }

  const versions = async (): Promise<Readonly<Record<string, string>>> => {
    const lists = await Promise.all(
      written.map(([apiVersion, kind]) => listAll(shop.kube, { apiVersion, kind, namespace: shop.namespace })),
    )
    return Object.fromEntries(
      lists.flatMap((items, index) =>
        items.map(({ metadata }) => [`${written[index]?.[1]} ${metadata.name}`, metadata.resourceVersion ?? '']),
      ),
    )
  }

  const uids = async () => new Set((await shop.pods()).map(({ uid }) => uid))

  beforeAll(async () => {
    shop = await createClusterShop()
    processes = watchProcesses(100)
  })
  afterAll(async () => {
    processes.stop()
    await shop.close()
  })

  test('before it there is nothing to look at, and that is said', async () => {
    expect(await run(['status', ...env])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^NOTHING_DEPLOYED: Nothing is deployed to dev\./m),
    })
  })

  test('a secret is kept without a word of it', async () => {
    expect(await run(['secrets', 'set', 'CANARY_TOKEN', ...env], { input: planted.everybody.secret })).toMatchObject({
      code: 0,
    })
    const orders = ['secrets', 'set', 'CANARY_URL', ...env, '--service', 'orders']
    expect(await run(orders, { input: planted.orders.secret })).toMatchObject({ code: 0 })
    const { stdout } = await run(['secrets', 'list', ...env])
    expect(stdout).toContain('CANARY_TOKEN')
    expect(stdout).toContain('CANARY_URL')
  })

  test('one command brings the whole shop up in a namespace that is not there yet', async () => {
    const { code, stdout, stderr } = await run(['deploy', ...env, '--events', 'first.jsonl'])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Release 1 serves in dev.')
    expect(stdout).toMatch(/shopctl'? open --env dev$/m)
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 1))

    const events = eventsOf(await readFile(join(shop.root, 'first.jsonl'), 'utf8'))
    expect(canariesIn(JSON.stringify(events), canaries)).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'flow.finished', flow: 'deploy', exitCode: 0 })
    expect(events).toContainEqual(expect.objectContaining({ type: 'release.closed', release: 1, state: 'succeeded' }))
  })

  test('a customer registers, logs in, reads products and pays an order, which takes stock once and gives an invoice', async () => {
    api = await shop.api()
    token = await api.register()
    const [product, ...others] = await api.products()
    expect(others.length).toBe(49)
    if (product === undefined) throw new Error('no product')
    const before = await api.stock(product.id)

    const items = [{ product_id: product.id, quantity: 2 }]
    order = await api.placeOrder(items, { token, key: 'one-and-the-same' })
    const repeated = await api.placeOrder(items, { token, key: 'one-and-the-same' })

    expect(repeated).toEqual(order)
    expect(await api.orders(token)).toHaveLength(1)
    expect(await api.order(order.id, token)).toMatchObject({ id: order.id, items })
    expect(await api.stock(product.id)).toMatchObject({ available: before.available })

    const pays = { token, key: 'paid-once' }
    const paid = await api.payOrder(order.id, pays)
    expect(await api.payOrder(order.id, pays)).toEqual(paid)
    expect(paid).toMatchObject({ id: order.id, status: 'paid' })
    expect(await api.stock(product.id)).toMatchObject({ available: before.available - 2 })
    await expect.poll(async () => (await api.invoice(order.id, token)).text, { timeout: 20_000 }).toMatch(/^%PDF-1/)
  })

  test('open gives the shop a port of this machine until Ctrl-C', async () => {
    const port = await freePort()
    const open = shop.start(['open', ...env, '--port', String(port)])
    await open.waitFor(`The shop answers at http://127.0.0.1:${port} until Ctrl-C`)
    const here = createShopApi(`http://127.0.0.1:${port}`)
    expect(await here.order(order.id, token)).toMatchObject({ id: order.id })
    const { email, password } = await shop.demoLogin('admin')
    expect(await here.logIn(email, password)).toMatch(/^ey/)
    open.kill('SIGINT')
    expect(await open.result()).toMatchObject({ code: 0 })
    await expect(here.products()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('a second deploy with nothing changed says so, writes nothing and restarts nothing', async () => {
    const [before, pods] = [await versions(), await uids()]
    const { code, stdout } = await run(['deploy', ...env])
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('Nothing changed: dev is on release 1, and all of it is ready.')
    expect(await versions()).toEqual(before)
    expect(await uids()).toEqual(pods)
    expect((await shop.pods()).map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0])
    expect(await shop.records()).toHaveLength(1)
  })

  test('status says what runs where, for people and for scripts', async () => {
    const shown = await run(['status', ...env])
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^dev is up at .*: release 1 by .* commit /m),
    })
    for (const { name } of await shop.pods()) expect(shown.stdout).toMatch(new RegExp(`^\\w+ +ready +.* ${name} `, 'm'))
    expect(documentOf(await run(['status', ...env, '--json']))).toMatchObject({
      ok: true,
      result: { state: 'up', running: { serving: 1 }, drift: [], unfinished: null },
    })
  })

  test('history, lock and doctor answer', async () => {
    const history = await run(['history', ...env])
    expect(history.stdout).toMatch(/^1 \*\s+succeeded\s+deploy\s.*"The shop as it is"/m)
    expect((await run(['history', 'show', '1', ...env])).stdout).toContain('Release 1 of dev: succeeded (deploy)')
    expect(await run(['lock', 'show', ...env])).toMatchObject({ code: 0, stdout: 'The lock of dev is free.\n' })
    const doctor = await run(['doctor', ...env])
    expect(doctor.stdout).toMatch(/^ok +cluster version +v1\./m)
    expect(doctor.stdout).toMatch(/^ok +permissions +all \d+ that a deploy needs in shop-e2e-/m)
    expect(doctor.stdout).toMatch(/^ok +registry +\S+ answers/m)
  })

  test('logs are of every service, and following them shows the next line', async () => {
    const { stdout } = await run(['logs', ...env])
    for (const name of ['users', 'catalog', 'orders']) expect(stdout).toMatch(new RegExp(`^${name} +\\S+ INFO +`, 'm'))
    const none = await run(['logs', 'users', ...env, '--previous'])
    expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('There are no previous logs of users') })

    const following = shop.start(['logs', 'orders', ...env, '--follow', '--tail', '1'])
    await following.waitFor(' INFO ')
    await expect(api.order('00000000-0000-7000-8000-000000000000', token)).rejects.toThrow('404')
    await following.waitFor('GET /api/v1/orders/00000000-0000-7000-8000-000000000000 404')
    following.kill('SIGINT')
    expect(await following.result()).toMatchObject({ code: 0 })
  })

  test('diff says nothing until something is edited, and then which field, without a secret', async () => {
    expect(await run(['diff', ...env])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing would change\.$/m),
    })
    await shop.edit('services/orders/main.ts', fallsOnce)
    const changed = { input: `${planted.orders.secret}x` }
    expect(await run(['secrets', 'set', 'CANARY_URL', ...env, '--service', 'orders'], changed)).toMatchObject({
      code: 0,
    })

    const [before, pods] = [await versions(), await uids()]
    const diff = await run(['diff', ...env])
    expect(diff.code, diff.stderr).toBe(2)
    expect(diff.stdout).toMatch(/^orders +[0-9a-f]{12} +[0-9a-f]{12} +changed/m)
    expect(diff.stdout).not.toMatch(/^(users|catalog|edge) /m)
    expect(diff.stdout).toMatch(
      /^Deployment order-management\n[\s\S]*^ {2}\S+\.containers\[orders\]\.image\n {4}- \S+\n {4}\+ \S+$/m,
    )
    expect(await versions()).toEqual(before)
    expect(await uids()).toEqual(pods)
  })

  test('one restart of a container is tolerated, and what it said before is in its previous log', async () => {
    const { code, stdout, stderr } = await run(['deploy', ...env])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Release 2 serves in dev.')
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 2))
    const previous = await run(['logs', 'orders', ...env, '--previous'])
    expect(previous).toMatchObject({ code: 0, stdout: expect.stringContaining('fell once on purpose') })
    expect(await api.order(order.id, token)).toMatchObject({ id: order.id })
  })

  test('no secret is in any object but Secrets, nor in a record, nor in a process list', async () => {
    for (const [apiVersion, kind] of readable) {
      const objects = await listAll(shop.kube, { apiVersion, kind, namespace: shop.namespace })
      expect(canariesIn(JSON.stringify(objects), canaries), kind).toEqual([])
    }
    expect(canariesIn(JSON.stringify(await shop.records()), canaries)).toEqual([])
    const secrets = await listAll(shop.kube, { apiVersion: 'v1', kind: 'Secret', namespace: shop.namespace })
    // Or this test would prove nothing.
    expect(canariesIn(JSON.stringify(secrets), canaries)).toEqual(canaries.map(({ name }) => name))
    expect(processes.commandLines.size).toBeGreaterThan(10)
    expect([...processes.commandLines].filter((words) => canariesIn(words, canaries).length > 0)).toEqual([])
    expect([...processes.environments].filter((text) => canariesIn(text, canaries).length > 0)).toEqual([])
  })
})
