import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RunningCommand } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'
import type { ShopClient } from './shop-client.ts'

let shop: Shop
let watch: RunningCommand
let client: ShopClient

const routes = 'services/catalog/inventory/stock-routes.ts'

const summary = (words: string) => (text: string) =>
  text.replace("summary: 'Get the stock of a product'", `summary: '${words}'`)

/** The line that the loop says next; each is said once. */
const nextLine = async (wanted: RegExp): Promise<string> => {
  await watch.waitFor(wanted, 30)
  return wanted.exec(watch.output())?.[0] ?? ''
}

beforeAll(async () => {
  shop = await createShop()
  watch = shop.start(['deploy', '--env', 'local', '--port', String(shop.port), '--watch'])
  await watch.waitFor('Watching services/')
  client = await shop.client()
})
afterEach(() => expect(client.report().failures).toEqual([]))
afterAll(() => shop.close())

test('the loop begins with the whole shop up and its addresses printed', () => {
  expect(watch.output()).toContain('Release 1 serves in local.')
  expect(watch.output()).toContain(`Shop  ${shop.url}`)
})

test('a save is served, with one line that tells the time, and only its service restarts', async () => {
  const before = shop.processIds()
  await shop.edit(routes, summary('One'))
  expect(await nextLine(/^\S+ catalog: release 2 serves after .*$/m)).toMatch(/after \d+\.\d\d s$/)
  await client.waitForRelease(2)
  await expect.poll(() => shop.restarted(before)).toEqual(['catalog'])
})

test('a save that does not parse keeps the last good one serving and says where', async () => {
  const before = shop.processIds()
  const restore = await shop.edit(routes, (text) => `${text}\nexport const = 1\n`)
  expect(await nextLine(/^.* not released after .*$/m)).toMatch(
    /catalog: not released after \d+\.\d\d s: catalog could not be bundled; .*stock-routes\.ts:\d+: /,
  )
  await restore()
  await nextLine(/catalog: no change/)
  expect(shop.processIds()).toEqual(before)
  expect(client.report().releases).toEqual([1, 2])
})

test('a save that crashes keeps the last good one serving and says why', async () => {
  const before = shop.processIds()
  await shop.edit('services/orders/main.ts', (text) =>
    text.replace('await', "throw new Error('burnt on purpose')\nawait"),
  )
  const line = await nextLine(/^.* orders: not released after .*$/m)
  expect(line).toMatch(/orders did not become healthy in local; users stay on release 2\./)
  expect(line).toContain('exited with code 1')
  expect(line).toContain('Error: burnt on purpose')
  await expect.poll(() => shop.processIds()).toEqual(before)
  expect(client.report().releases).toEqual([1, 2])
})

test('the mended save is served', async () => {
  await shop.edit('services/orders/main.ts', (text) =>
    text.replace("throw new Error('burnt on purpose')", "process.title = 'mended'"),
  )
  await nextLine(/^\S+ orders: release 4 serves after .*$/m)
  await client.waitForRelease(4)
})

test('a save of the kit releases every service at once', async () => {
  const before = shop.processIds()
  await shop.edit('services/kit/run-service.ts', (text) => text.replace("'usage: ", "'use: "))
  await nextLine(/^\S+ users, catalog, orders: release 5 serves after .*$/m)
  await client.waitForRelease(5)
  await expect.poll(() => shop.restarted(before).toSorted()).toEqual(['catalog', 'orders', 'users'])
})

test('Ctrl-C ends the loop and leaves the shop up', async () => {
  const before = shop.processIds()
  watch.kill('SIGINT')
  const { code, stderr } = await watch.result()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(shop.processIds()).toEqual(before)
  expect((await shop.run(['status', '--env', 'local'])).code).toBe(0)
  expect((await shop.run(['lock', '--env', 'local'])).stdout).toContain('free')
})
