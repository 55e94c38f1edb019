import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type ApiAccess,
  type ApiDocument,
  apiDocumentSchema,
  operationsOf,
  type PlacedOperation,
} from '../kit/api-document-schema.ts'
import { services } from '../registry.ts'
import { anonymous, type Caller } from './callers.ts'
import { catalogRoleMatrix } from './catalog-role-matrix.ts'
import { type Judge, judgeAnswers } from './fuzz/judge.ts'
import { buyerAt } from './money/buyer.ts'
import { ordersRoleMatrix } from './orders-role-matrix.ts'
import type { Ask, RoleMatrix, Row, World } from './role-matrix.ts'
import { openShop, type Shop } from './shop.ts'
import { clientCredentials, usersRoleMatrix } from './users-role-matrix.ts'
import { openWorld } from './world.ts'

let shop: Shop
let world: World
beforeAll(async () => {
  shop = await openShop()
  world = await openWorld(shop)
})
afterAll(() => shop?.close())

test('A9: the table of users has the operations of its document, and no other', () => sameOperations('users'))
test('C39: the table of the catalog has the operations of its document, and no other', () => sameOperations('catalog'))

test('O35: the table of orders has the operations of its document, and no other', () => sameOperations('orders'))

test('A9: every operation of users answers every role as the table says', async () => {
  expect(await wrongCells('users')).toEqual([])
})
test('C39: every operation of the catalog answers every role as the table says', async () => {
  expect(await wrongCells('catalog')).toEqual([])
})
// Most of its cells are about an order of their own, and some about one that is paid.
test('O35: every operation of orders answers every role as the table says', { timeout: 120_000 }, async () => {
  expect(await wrongCells('orders')).toEqual([])
})

test('O35: two owners have each what is theirs of every operation, and of the other one’s nothing', {
  timeout: 120_000,
}, async () => {
  const rows = Object.entries(ordersRoleMatrix).filter(([, { foreign }]) => foreign !== undefined)
  expect(rows.length).toBeGreaterThanOrEqual(8)
  const wrong: unknown[] = []
  for (const [operation, row] of rows) {
    const owners = [await shop.callers.person(), await shop.callers.person()]
    const asked = await Promise.all(owners.map(async (owner) => ({ owner, request: await row.ask(world, owner) })))
    const statusOf = async (as: Caller, request: Ask) =>
      (await world.send('orders', { ...request, method: operation.split(' ')[0] ?? '', as })).status
    // The other one first: were anything done for him, it would not be there for its owner.
    for (const { owner, request } of asked) {
      const other = owners.find(({ id }) => id !== owner.id) ?? anonymous
      const statuses = [await statusOf(other, request), await statusOf(owner, request)]
      if (statuses[0] !== row.foreign || statuses[1] !== row.user) wrong.push({ operation, statuses })
    }
  }
  expect(wrong).toEqual([])
  const [one, other] = [await shop.callers.person(), await shop.callers.person()]
  const [mine, theirs] = await Promise.all(
    [one, other].map(async (owner) => buyerAt(shop.services.orders.url, owner).draft(await world.stocked(1))),
  )
  const listed = async (as: Caller) => {
    const { json } = await world.send('orders', { method: 'GET', path: '/api/v1/orders', as })
    return listSchema.parse(json).data.map(({ id }) => id)
  }
  expect([await listed(one), await listed(other)]).toEqual([[mine], [theirs]])
  expect(await listed(world.admin)).toEqual(expect.arrayContaining([mine, theirs]))
})
const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

test('A9: who forges a role by headers, or sends the token in another way, is nobody', async () => {
  const admin = await shop.callers.person('admin')
  const token = admin.authorization.slice('Bearer '.length)
  const ask = async (headers: Record<string, string>, path = '/api/v1/users') =>
    (await world.send('users', { method: 'GET', path, as: anonymous, headers })).status
  expect({
    itself: await ask({ authorization: admin.authorization }),
    headers: await ask({ 'x-user-id': admin.id, 'x-role': 'admin', 'x-internal': '1' }),
    cookie: await ask({ cookie: `access_token=${token}; Authorization=Bearer ${token}` }),
    proxy: await ask({ 'proxy-authorization': `Bearer ${token}` }),
    query: await ask({}, `/api/v1/users?access_token=${token}`),
    client: await ask(clientCredentials),
  }).toEqual({ itself: 200, headers: 401, cookie: 401, proxy: 401, query: 401, client: 401 })
})

type Cell = {
  readonly operation: string
  readonly as: string
  readonly expected: number
  readonly status: number
  /** What the document does not say of the answer. */
  readonly faults: readonly string[]
}
const matrices = { users: usersRoleMatrix, catalog: catalogRoleMatrix, orders: ordersRoleMatrix } as const
type Table = { readonly name: keyof typeof matrices; readonly matrix: RoleMatrix; readonly judge: Judge }

async function sameOperations(name: Table['name']) {
  const operations = operationsOf(await documentAt(shop.services[name].url))
  expect(operations.map(keyOf).toSorted()).toEqual(Object.keys(matrices[name]).toSorted())
}

async function wrongCells(name: Table['name']): Promise<readonly Cell[]> {
  const document = await documentAt(shop.services[name].url)
  const table = { name, matrix: matrices[name], judge: judgeAnswers(document) }
  const cells: Cell[] = []
  // One operation at a time: all logins of the table at once are more than hashes find their turn for on a busy machine.
  for (const placed of operationsOf(document)) cells.push(...(await Promise.all(cellsOf(placed, table))).flat())
  return cells.filter(({ expected, status, faults }) => expected !== status || faults.length > 0)
}

function cellsOf(placed: PlacedOperation, { name, matrix, judge }: Table): readonly Promise<readonly Cell[]>[] {
  const key = keyOf(placed)
  const row = matrix[key]
  if (row === undefined) return []
  const access = placed.operation['x-access'] ?? 'anyone'
  const ask = async (as: string, expected: number | undefined): Promise<readonly Cell[]> => {
    if (expected === undefined) return []
    const owner = await shop.callers.person(as === 'admin' ? 'admin' : 'user')
    const caller = as === 'user' || as === 'admin' ? owner : await callerNamed(as, { name, access })
    const method = placed.method.toUpperCase()
    const { status, text, headers } = await Promise.resolve(row.ask(world, owner)).then(
      (request) => world.send(name, { ...request, method, as: caller }),
      // What cannot even be asked is one red cell beside the others.
      (error: unknown) => ({ status: 0, text: String(error), headers: new Headers() }),
    )
    const request = {
      kind: as,
      actor: as === 'anon' ? as : 'user',
      method,
      target: '',
      headers: {},
      body: null,
    } as const
    const faults = judge(placed, request, { status, text, headers: Object.fromEntries(headers) })
    return [{ operation: key, as, expected, status, faults, ...(status === expected ? {} : { text }) }]
  }
  return Object.entries(expectedOf(row, access)).map(([as, expected]) => ask(as, expected))
}

function expectedOf(row: Row, access: ApiAccess) {
  const { anon, user, admin, service, foreign } = row
  const otherScope = access === 'anyone' ? service : 403
  return { anon, user, admin, service, 'service of another scope': otherScope, 'service for another': anon, foreign }
}

type Named = { readonly name: Table['name']; readonly access: ApiAccess }

async function callerNamed(as: string, { name, access }: Named): Promise<Caller> {
  const scope = access === 'anyone' ? 'products:read' : (access.scope ?? 'inventory:reserve')
  const { longName } = services[name]
  if (as === 'service') return shop.callers.service(longName, [scope])
  if (as === 'service of another scope') return shop.callers.service(longName, ['nothing:else'])
  const another = name === 'orders' ? services.catalog : services.orders
  if (as === 'service for another') return shop.callers.service(another.longName, [scope])
  return as === 'foreign' ? shop.callers.person() : anonymous
}

async function documentAt(url: string): Promise<ApiDocument> {
  return apiDocumentSchema.parse(await (await fetch(`${url}/openapi.json`)).json())
}

const keyOf = ({ path, method }: PlacedOperation) => `${method.toUpperCase()} ${path}`
