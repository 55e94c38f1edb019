import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foundationsSchema } from '../platforms/local/foundations-file.ts'
import { createShop, type Shop } from './shop.ts'
import type { Order } from './shop-api.ts'

let shop: Shop
let firstDeploy = ''
let token = ''
let order: Order

/** What stands alone on its line to be pasted. */
const linesToPaste = (output: string) => output.split('\n').filter((line) => line.startsWith('curl '))

const orderIsThere = async () => expect(await shop.api.order(order.id, token)).toMatchObject({ id: order.id })

beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop.close())

test('a port that is taken is refused in the name of who has it, and nothing is left behind', async () => {
  const listener = createServer().listen(shop.port, '127.0.0.1')
  await once(listener, 'listening')
  const { code, stderr } = await shop.run(['deploy', '--env', 'local', '--port', String(shop.port)])
  listener.close()
  expect(code, stderr).toBe(3)
  expect(stderr).toMatch(
    new RegExp(
      `^PORT_IN_USE: Port ${shop.port} is taken by process ${process.pid} \\(.*\\); nothing was changed\\.$`,
      'm',
    ),
  )
  expect(stderr).toMatch(/^ {2}Fix: \S.*deploy --env local --port \d+$/m)
  await expect.poll(() => shop.processes()).toEqual([])
})

test('one command brings the shop up and says where it is', async () => {
  const { code, stdout, stderr } = await shop.run(['deploy', '--env', 'local', '--port', String(shop.port)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('Release 1 serves in local.')
  expect(stdout).toContain(`Shop  ${shop.url}\n`)
  expect(stdout).toContain(`Docs  ${shop.url}/docs\n`)
  expect(stdout).toMatch(/^Mails .*\/local\/mail$/m)
  expect(Object.keys(shop.processIds())).toEqual(expect.arrayContaining(['users', 'catalog', 'orders', 'edge']))
  firstDeploy = stdout
})

test('a customer registers, logs in, reads products and pays an order, which takes stock once and gives an invoice', async () => {
  token = await shop.api.register()
  const products = await shop.api.products()
  expect(products.length).toBe(50)
  const [product] = products
  if (product === undefined) throw new Error('no product')
  const before = await shop.api.stock(product.id)

  const items = [{ product_id: product.id, quantity: 2 }]
  order = await shop.api.placeOrder(items, { token, key: 'one-and-the-same' })
  const repeated = await shop.api.placeOrder(items, { token, key: 'one-and-the-same' })

  expect(repeated).toEqual(order)
  expect(await shop.api.orders(token)).toHaveLength(1)
  expect(await shop.api.order(order.id, token)).toMatchObject({ id: order.id, items, total_cents: order.total_cents })
  expect(await shop.api.stock(product.id)).toMatchObject({ available: before.available })

  const pays = { token, key: 'paid-once' }
  const paid = await shop.api.payOrder(order.id, pays)
  expect(await shop.api.payOrder(order.id, pays)).toEqual(paid)
  expect(paid).toMatchObject({ id: order.id, status: 'paid' })
  expect(await shop.api.stock(product.id)).toMatchObject({ available: before.available - 2 })
  await expect.poll(async () => (await shop.api.invoice(order.id, token)).text, { timeout: 20_000 }).toMatch(/^%PDF-1/)
})

test('the login that deploy prints lets a customer and an administrator in', async () => {
  const customer = /customer: (\S+) {2}(\S+)/.exec(firstDeploy)
  const admin = /admin: (\S+) {2}(\S+)/.exec(firstDeploy)
  expect(await shop.api.logIn(customer?.[1] ?? '', customer?.[2] ?? '')).toMatch(/^ey/)
  const adminToken = await shop.api.logIn(admin?.[1] ?? '', admin?.[2] ?? '')
  const product = (await shop.api.products()).at(-1)
  expect(await shop.api.setStock(product?.id ?? '', 77, adminToken)).toMatchObject({ quantity: 77 })
})

test('the lines that deploy prints work when they are pasted', async () => {
  const [browse = '', logIn = '', ...others] = linesToPaste(firstDeploy)
  expect(others).toEqual([])
  const products = await shop.paste(browse)
  expect({ code: products.code, stderr: products.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(products.stdout)).toMatchObject({ data: [{}, {}, {}] })
  const login = await shop.paste(logIn)
  expect({ code: login.code, stderr: login.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(login.stdout)).toMatchObject({ token_type: 'Bearer' })
})

test('a second deploy with nothing changed says so and restarts nothing', async () => {
  const before = shop.processIds()
  const { stdout } = await shop.deploy()
  expect(stdout).toContain('Nothing changed: local is on release 1, and all of it is ready.')
  expect(linesToPaste(stdout)).toEqual(linesToPaste(firstDeploy))
  expect(shop.processIds()).toEqual(before)
  expect(await shop.records()).toHaveLength(1)
})

test('a deploy with nothing changed takes less than twice the time of status', async () => {
  const fastest = async (args: readonly string[]) => {
    const runs = [await shop.run(args), await shop.run(args), await shop.run(args)]
    return Math.min(...runs.map(({ milliseconds }) => milliseconds))
  }
  const status = await fastest(['status', '--env', 'local'])
  expect(await fastest(['deploy', '--env', 'local'])).toBeLessThan(2 * status)
})

test('after down nothing runs, and the next deploy brings release and orders back', async () => {
  const down = await shop.run(['down', '--env', 'local'])
  expect(down).toMatchObject({ code: 0, stdout: expect.stringContaining('local is down; its data is kept.') })
  await expect.poll(() => shop.processes()).toEqual([])
  expect(await shop.run(['status', '--env', 'local'])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('local is down; it should be on release 1'),
  })

  expect((await shop.deploy()).stdout).toContain('Release 1 of local is back; nothing else changed.')
  expect(await shop.run(['status', '--env', 'local'])).toMatchObject({ code: 0 })
  await orderIsThere()
})

test('after every process was killed status says down, and deploy brings the same release back', async () => {
  const history = await shop.records()
  for (const { processId } of shop.processes()) process.kill(processId, 'SIGKILL')
  await expect.poll(() => shop.processes()).toEqual([])

  expect(await shop.run(['status', '--env', 'local'])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('local is down; it should be on release 1'),
  })
  expect((await shop.deploy()).stdout).toContain('Release 1 of local is back; nothing else changed.')

  expect(await shop.run(['status', '--env', 'local'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`local is up at ${shop.url}: release 1 `),
  })
  expect(await shop.records()).toEqual(history)
  expect((await shop.run(['history', '--env', 'local'])).stdout).toMatch(/^1 \*\s+succeeded\s+deploy/m)
  await orderIsThere()
})

test('deleting the data is asked for, and refused where nobody can answer', async () => {
  const { code, stderr } = await shop.run(['down', '--env', 'local', '--delete-data'])
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('nothing was changed') })
  await orderIsThere()
})

test('an address between services that another program took while the shop was down is chosen anew', async () => {
  await shop.run(['down', '--env', 'local'])
  const text = await readFile(shop.statePath('secrets', 'foundations.json'), 'utf8')
  const { internalPorts } = foundationsSchema.parse(JSON.parse(text))
  const listener = createServer().listen(internalPorts.catalog, '127.0.0.1')
  await once(listener, 'listening')
  try {
    expect((await shop.deploy()).code).toBe(0)
    // Orders asks the catalog at its new address.
    const [item] = order.items
    if (item === undefined) throw new Error('the order has no items')
    await shop.api.placeOrder([{ product_id: item.product_id, quantity: 1 }], { token })
    await orderIsThere()
  } finally {
    listener.close()
  }
})
