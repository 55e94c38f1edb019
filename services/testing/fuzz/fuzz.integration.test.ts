import { randomInt, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiDocumentSchema, operationsOf, type PlacedOperation } from '../../kit/api-document-schema.ts'
import { payPalServer } from '../../orders/payments/testing/paypal-server.ts'
import { stripeServer } from '../../orders/payments/testing/stripe-server.ts'
import { type ServiceName, serviceNames, services } from '../../registry.ts'
import { anonymous, type Caller, knownPassword } from '../callers.ts'
import type { World } from '../role-matrix.ts'
import { openShop, type Shop } from '../shop.ts'
import { openWorld } from '../world.ts'
import { type FuzzRequest, requestsTo, rightRequestsTo } from './fuzz-request.ts'
import { judgeAnswers } from './judge.ts'
import { knownOrders } from './known-orders.ts'
import type { KnownValues } from './schema-arbitrary.ts'
import { smallestRequest } from './smallest-request.ts'
import { openWire, type Wire, type WireAnswer } from './wire.ts'

/** `FUZZ_SEED=… FUZZ_REQUESTS=10000 npm run integration fuzz` repeats a run, and makes a long one. */
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const requests = Number(process.env.FUZZ_REQUESTS ?? 1_500)
/** Few, so that a hash finds its turn in time on a busy machine too: an overload has its own tests. */
const atOnce = 4

let shop: Shop
let world: World
let banks: readonly { close(): Promise<void> }[]
beforeAll(async () => {
  const [stripe, payPal] = await Promise.all([stripeServer(), payPalServer()])
  banks = [stripe, payPal]
  shop = await openShop({ orders: { STRIPE_API_BASE: stripe.url, PAYPAL_API_BASE: payPal.url } })
  world = await openWorld(shop)
})
afterAll(async () => {
  await shop?.close()
  await Promise.all(banks.map((bank) => bank.close()))
})

test.each(serviceNames)(
  'X7: what its document describes is all that %s answers, whatever it is sent',
  async (name) => {
    const { url } = shop.services[name]
    const document = apiDocumentSchema.parse(await (await fetch(`${url}/openapi.json`)).json())
    const operations = operationsOf(document)
    const callers = await openCallers(name)
    const making = { document, known: await knownValues(name, callers, { many: true }) }
    const each = Math.ceil(requests / operations.length)
    const all = operations.flatMap((placed, index) =>
      fc
        .sample(requestsTo(placed, making), { seed: seed + index, numRuns: each })
        .map((request) => ({ placed, request })),
    )
    const judge = judgeAnswers(document)
    const wire = openWire(url)
    const found = new Map<string, Asked>()
    const statuses = new Map<number, number>()
    const succeeded = new Set<string>()
    // One example of each: a thousand requests meet the same fault.
    const tell = (asked: Asked, faults: readonly string[]) => {
      if (faults.length > 0) found.set(faultOf(asked, faults), asked)
    }
    const send = async ({ placed, request }: Asked): Promise<WireAnswer> => {
      const { authorization } = await callers.callerFor(request, placed)
      const answer = await wire.send(request, authorization)
      if (answer.status === 401) await callers.replace(request.actor)
      return answer
    }
    const ask = async (asked: Asked) => {
      const { placed, request } = asked
      const answer = await send(asked)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      if (answer.status >= 200 && answer.status < 300 && request.kind === 'valid') succeeded.add(idOf(placed))
      tell(asked, judge(placed, request, answer))
      if (request.method === 'DELETE' && answer.status === 204)
        tell(asked, await foundAgain(wire, { request, callers, placed }))
    }

    await inParallel(all, ask)
    // Chance has left some out, and used up what others need: these get things that nobody has changed, until one succeeds.
    const exceptions = new Map(Object.entries(withoutSuccess[name]))
    const left = operations.filter((placed) => !succeeded.has(idOf(placed)) && !exceptions.has(idOf(placed)))
    for (const placed of left) {
      for (let turn = 0; turn < mostTurns && !succeeded.has(idOf(placed)); turn += 1) {
        const fresh = { document, known: oneOfEach(await knownValues(name, callers, { many: false }), turn) }
        const options = { seed: seed + turn, numRuns: requestsATurn }
        const right = fc.sample(rightRequestsTo(placed, fresh, actorsOf(placed)), options)
        await inParallel(right, async (request) => {
          if (!succeeded.has(idOf(placed))) await ask({ placed, request })
        })
      }
    }
    const smallest = new Map<string, string>()
    for (const [fault, { placed, request }] of found) {
      const again = async (simpler: FuzzRequest) =>
        faultOf({ placed, request }, judge(placed, simpler, await send({ placed, request: simpler }))) === fault
      smallest.set(fault, shown(await smallestRequest(request, again)))
    }
    wire.close()
    const alive = await fetch(`${url}/health?check=ready`)
    const lines = shop.services[name].lines().filter(({ level }) => level === 'ERROR' || level === 'FATAL')
    const errors = [...new Set(lines.map(({ message }) => message))]
    const summary = `FUZZ_SEED=${seed}, ${all.length} requests: ${JSON.stringify(Object.fromEntries(statuses))}`
    process.stdout.write(`${name}: ${summary}\n`)
    expect({ found: Object.fromEntries(smallest), errors, ready: alive.status }, summary).toEqual({
      found: {},
      errors: [],
      ready: 200,
    })
    expect(
      left.map(idOf).filter((id) => !succeeded.has(id)),
      `never 2xx; ${summary}`,
    ).toEqual([])
    expect(
      [...exceptions.keys()].filter((id) => !operations.map(idOf).includes(id)),
      'no operation',
    ).toEqual([])
  },
  300_000,
)

/** Operations whose success no valid request alone reaches, and why. */
const withoutSuccess: Readonly<Record<ServiceName, Readonly<Record<string, string>>>> = {
  users: {
    verifyEmail: 'takes a token that was mailed, once',
    resetPassword: 'takes a token that was mailed, once',
    refresh: 'takes the last token of a login, once',
    endOwnSession: 'the session has to be of the caller, whose login may be made anew meanwhile',
    issueServiceToken: 'by client id and secret, which no actor sends',
  },
  catalog: {
    updateReview: 'the review has to be of the caller',
    deleteReview: 'the review has to be of the caller',
  },
  orders: {
    createRefund: 'an amount, or lines and shipping, of an order that has so much left; in the tests of refunds',
    receiveSimulatedWebhook: 'signed by the provider, which no actor is',
    receiveStripeWebhook: 'signed by the provider, which no actor is',
    receivePaypalWebhook: 'signed by the provider, which no actor is',
    receiveShippingWebhook: 'signed by the carrier, which no actor is',
  },
}
/** So many that each value meets each other of another field. */
const mostTurns = 12
const requestsATurn = 40

const idOf = ({ operation }: PlacedOperation) => operation.operationId
const faultOf = ({ placed }: Asked, faults: readonly string[]) => `${idOf(placed)}: ${faults.join(', ')}`

/** Those who get past the guard. */
function actorsOf({ operation }: PlacedOperation): readonly FuzzRequest['actor'][] {
  const access = operation['x-access'] ?? 'anyone'
  if (access === 'anyone') return ['anon', 'user', 'admin']
  return [...access.roles, ...(access.scope === null ? [] : (['service'] as const))]
}

type Asked = { readonly placed: PlacedOperation; readonly request: FuzzRequest }
type Callers = Awaited<ReturnType<typeof openCallers>>

/** What was deleted stays away, also for an admin. */
async function foundAgain(wire: Wire, { request, callers, placed }: Asked & { readonly callers: Callers }) {
  const again = { ...request, method: 'GET', body: null, headers: {}, actor: 'admin' as const }
  const { authorization } = await callers.callerFor(again, placed)
  const { status } = await wire.send(again, authorization)
  return status === 200 && placed.path.includes('{') ? ['found again after it was deleted'] : []
}

/** One of each kind, made anew where its login has ended by what was asked. */
async function openCallers(name: ServiceName) {
  const people = { user: await shop.callers.person(), admin: await shop.callers.person('admin') }
  const audience = services[name].longName
  return {
    async callerFor({ actor }: FuzzRequest, { operation }: PlacedOperation): Promise<Caller> {
      const access = operation['x-access'] ?? 'anyone'
      const scope = access === 'anyone' ? null : access.scope
      if (actor === 'service') return shop.callers.service(audience, [scope ?? 'nothing:else'])
      if (actor === 'other service') return shop.callers.service(audience, ['nothing:else'])
      return actor === 'anon' ? anonymous : people[actor]
    },
    customer: () => people.user,
    async replace(actor: FuzzRequest['actor']) {
      if (actor !== 'user' && actor !== 'admin') return
      people[actor] = await shop.callers.person(actor)
    },
  }
}

/** Of each field the one whose turn it is: so those that belong together meet, as an order and its lines. */
const oneOfEach = (known: KnownValues, turn: number): KnownValues =>
  Object.fromEntries(Object.entries(known).map(([name, values]) => [name, [values[turn % values.length]]]))

async function knownValues(
  name: ServiceName,
  callers: Callers,
  { many }: { readonly many: boolean },
): Promise<KnownValues> {
  const [category, product, other, person] = [
    await world.category(),
    await world.stocked(50),
    await world.stocked(2),
    await shop.callers.person(),
  ]
  const [held, sold] = [await reserved(product), await reserved(product)]
  await asAdmin('commit', { reference: sold })
  const values = {
    id: [category.id, product, other, person.id, person.sessionId],
    reference: [held, sold, `${world.admin.id}:${randomUUID()}`],
    quantity: [1, 2],
    product_id: [product, other],
    category_id: [category.id],
    category: [category.id],
    parent_id: [category.id, null],
    email: [person.email],
    password: [knownPassword],
    current_password: [knownPassword],
    currency: ['EUR'],
    'If-Match': ['"1"', '"2"', '"1.0.0"'],
    'If-None-Match': ['"1"', '"1.0.0"'],
  }
  return name === 'orders' ? { ...values, ...(await knownOrders(world, callers.customer(), many)) } : values
}

const asAdmin = (verb: string, body: object) =>
  world.send('catalog', { method: 'POST', path: `/api/v1/inventory/${verb}`, as: world.admin, body })

async function reserved(productId: string): Promise<string> {
  const reference = `${world.admin.id}:${randomUUID()}`
  await asAdmin('reserve', { reference, items: [{ product_id: productId, quantity: 1 }], ttl_seconds: 300 })
  return reference
}

async function inParallel<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await run(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function shown({ kind, actor, method, target, headers, body }: FuzzRequest): string {
  const { authorization: _, ...rest } = headers
  const text = body === null ? null : Buffer.from(body, 'latin1').toString().slice(0, 300)
  return JSON.stringify({ kind, actor, method, target: target.slice(0, 200), headers: rest, body: text }).slice(0, 700)
}
