import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeConnection } from './kube-connection.ts'
import { KubeRequests } from './kube-requests.ts'
import { answersWith, configMap, lists, losesTheAnswer, saysNo } from './testing/scripted-answers.ts'
import { type ScriptedAnswer, ScriptedApiServer } from './testing/scripted-api-server.ts'

let server: ScriptedApiServer
beforeEach(async () => {
  server = await ScriptedApiServer.start()
})
afterEach(() => server[Symbol.asyncDispose]())

const signal = new AbortController().signal
const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'shop' }
const plain = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { k: 'v' } }

/** Keeps what was sent, as a server does that writes and is cut off before it can say so. */
const writesAndLosesTheAnswer = () => {
  let written: unknown = null
  const write: ScriptedAnswer = (response, { body }) => {
    written = body
    response.socket?.resetAndDestroy()
  }
  const tell: ScriptedAnswer = (response, asked) => answersWith(200, written)(response, asked)
  return { write, tell }
}

const alreadyExists = saysNo(409, { reason: 'AlreadyExists' })
const conflict = saysNo(409, { reason: 'Conflict' })

test('what is not there is null', async () => {
  server.will(saysNo(404, { reason: 'NotFound' }))
  expect(await server.client().read(reference, signal)).toBeNull()
})

test.each([429, 500, 502, 503, 504])('a read that gets %i is tried again', async (code) => {
  server.will(saysNo(code, { reason: 'InternalError' }), answersWith(200, configMap('a', 3)))
  expect((await server.client().read(reference, signal))?.metadata.resourceVersion).toBe('3')
})

test('a server that says when is asked again no sooner', async () => {
  const busy = { kind: 'Status', status: 'Failure', code: 429, message: 'busy' }
  server.will(answersWith(429, busy, { 'retry-after': '1' }), answersWith(200, configMap('a', 3)))
  const began = performance.now()
  await server.client({ retrySeconds: 5, firstAnswerSeconds: 5 }).read(reference, signal)
  expect(performance.now() - began).toBeGreaterThan(950)
})

test('nobody listening is UNREACHABLE after the limit, and proves nothing', async () => {
  await server.stop()
  const client = server.client({ firstAnswerSeconds: 0.3 })
  await expect(client.read(reference, signal)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    exitCode: 6,
    message: 'The cluster of context scripted gave no answer for 0.3 s to: get ConfigMap a in shop.',
    why: [expect.stringContaining('ECONNREFUSED')],
  })
})

test('a server that never answers is given up', async () => {
  const client = server.client({ silentSeconds: 0.1, firstAnswerSeconds: 0.3 })
  await expect(client.read(reference, signal)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    why: [expect.stringContaining('no answer within')],
  })
  expect(client.requestCount()).toBeGreaterThan(1)
})

test('an abort ends a request that nobody answers', async () => {
  const stop = new AbortController()
  server.will(() => stop.abort())
  await expect(server.client().read(reference, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test('an abort ends a login that nobody completes', async () => {
  const stop = new AbortController()
  const login = () => {
    setImmediate(() => stop.abort())
    return new Promise(() => undefined)
  }
  await expect(server.client({}, login).read(reference, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

const loginFailed = () => new ShopctlError({ code: 'KUBE_LOGIN_FAILED', outcome: 'refused', what: 'No credentials.' })

test('a login that fails is refused, and tried again where the server has answered before', async () => {
  const outcomes = ['fails', 'works', 'fails', 'works']
  const login = async () => {
    if (outcomes.shift() === 'fails') throw loginFailed()
  }
  const client = server.client({}, login)
  await expect(client.read(reference, signal)).rejects.toMatchObject({ code: 'KUBE_LOGIN_FAILED' })
  server.will(answersWith(200, configMap('a', 3)), answersWith(200, configMap('a', 4)))
  await client.read(reference, signal)
  expect((await client.read(reference, signal))?.metadata.resourceVersion).toBe('4')
})

test('a login that goes on failing is told as what it is', async () => {
  let isOver = false
  const login = async () => {
    if (isOver) throw loginFailed()
  }
  const client = server.client({ retrySeconds: 0.3 }, login)
  server.will(answersWith(200, configMap('a', 3)))
  await client.read(reference, signal)
  isOver = true
  await expect(client.read(reference, signal)).rejects.toMatchObject({ code: 'KUBE_LOGIN_FAILED', exitCode: 3 })
})

/** One server of which a proxy that restarts may for a moment make another one. */
class MovingConnection implements KubeConnection {
  readonly context = 'scripted'
  server: URL
  constructor(address: string) {
    this.server = new URL(address)
  }

  async access() {
    return { agent: this.server.protocol === 'https:' ? new HttpsAgent() : new Agent(), headers: {} }
  }

  config(): never {
    throw new Error('a scripted server forwards nothing')
  }
}

test('an answer that is no TLS is refused, and a hiccup of a server that has answered before', async () => {
  const patience = { retrySeconds: 2, firstAnswerSeconds: 2, silentSeconds: 1 }
  const withoutTls = server.url.replace('http:', 'https:')
  const ask = (requests: KubeRequests) => requests.send({ method: 'GET', path: '/' }, 'ask', signal)
  await expect(ask(new KubeRequests(new MovingConnection(withoutTls), patience))).rejects.toMatchObject({
    code: 'KUBE_CERTIFICATE',
  })
  const connection = new MovingConnection(server.url)
  const requests = new KubeRequests(connection, patience)
  server.will(answersWith(200, {}), answersWith(200, {}))
  await ask(requests)
  connection.server = new URL(withoutTls)
  const again = ask(requests)
  setTimeout(() => {
    connection.server = new URL(server.url)
  }, 150)
  expect((await again).answer.status).toBe(200)
})

test('a name that is taken is null', async () => {
  server.will(alreadyExists)
  expect(await server.client().create(plain, signal)).toBeNull()
})

test('a create whose answer was lost is recognised as ours', async () => {
  const { write, tell } = writesAndLosesTheAnswer()
  server.will(write, alreadyExists, tell)
  expect(await server.client().create(plain, signal)).toMatchObject({ metadata: { name: 'a' } })
})

test('a create that another one won while our answers were lost is null', async () => {
  server.will(losesTheAnswer, alreadyExists, answersWith(200, configMap('a', 3)))
  expect(await server.client().create(plain, signal)).toBeNull()
})

test('a replacement whose answer was lost is recognised as ours', async () => {
  const { write, tell } = writesAndLosesTheAnswer()
  server.will(write, conflict, tell)
  expect(await server.client().replace(configMap('a', 3), signal)).toMatchObject({ metadata: { name: 'a' } })
})

test('a replacement of what has changed or is gone is null', async () => {
  server.will(conflict, saysNo(404, { reason: 'NotFound' }))
  expect(await server.client().replace(configMap('a', 3), signal)).toBeNull()
  expect(await server.client().replace(configMap('a', 3), signal)).toBeNull()
})

test('a deletion is of the object that was there, and one whose answer was lost was one', async () => {
  server.will(answersWith(200, configMap('a', 3)), losesTheAnswer, saysNo(404, { reason: 'NotFound' }))
  expect(await server.client().delete(reference, signal)).toBe(true)
  expect(server.asked[2]?.body).toMatchObject({ preconditions: { uid: 'uid-a' }, propagationPolicy: 'Background' })
})

test('a deletion by uid leaves another object of the same name', async () => {
  server.will(conflict)
  expect(await server.client().delete({ ...reference, uid: 'uid-of-before' }, signal)).toBe(false)
})

test('a field that somebody else owns is told with its owner', async () => {
  const causes = [
    { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using apps/v1', field: '.spec.replicas' },
  ]
  server.will(saysNo(409, { reason: 'Conflict', details: { causes } }))
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders', namespace: 'shop' } }
  await expect(server.client().apply({ object, conflicts: 'refuse', mode: 'apply' }, signal)).rejects.toMatchObject({
    code: 'FIELD_CONFLICT',
    exitCode: 3,
    why: ['Deployment orders: .spec.replicas is owned by kubectl-edit'],
  })
  expect(Object.fromEntries(server.asked[0]?.url.searchParams ?? [])).toEqual({
    fieldManager: 'shopctl',
    fieldValidation: 'Strict',
    force: 'false',
  })
})

test.each([
  ['KUBE_FORBIDDEN', 403, 'configmaps "a" is forbidden: User "ci" cannot patch resource "configmaps" in API group ""'],
  [
    'QUOTA_EXCEEDED',
    403,
    'pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
  ],
  ['KUBE_REFUSED', 403, 'admission webhook "policy.example" denied the request: no owner label'],
  ['KUBE_REFUSED', 403, 'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'],
  ['KUBE_REFUSED', 404, 'namespaces "shop" not found'],
  ['OBJECT_INVALID', 422, 'ConfigMap "a" is invalid: data: Too long'],
  ['OBJECT_INVALID', 400, 'strict decoding error: unknown field "foo"'],
  ['OBJECT_INVALID', 500, 'failed to create typed patch object: .foo: field not declared in schema'],
])('%s carries the words of the server (%i)', async (code, status, message) => {
  server.will(saysNo(status, { message }))
  const applied = server.client().apply({ object: plain, conflicts: 'take', mode: 'apply' }, signal)
  await expect(applied).rejects.toMatchObject({ code, exitCode: 3, why: [message] })
})

test('credentials that are refused twice are KUBE_UNAUTHORIZED', async () => {
  server.will(saysNo(401, { reason: 'Unauthorized', message: 'Unauthorized' }), saysNo(401, { reason: 'Unauthorized' }))
  await expect(server.client().read(reference, signal)).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED' })
  expect(server.asked).toHaveLength(2)
})

test('no word about a Secret repeats what is in it', async () => {
  const causes = [{ reason: 'FieldValueInvalid', message: 'Invalid value: "canary-1234"', field: 'data[k]' }]
  const words = { message: 'Secret "s" is invalid: data[k]: Invalid value: "canary-1234"', details: { causes } }
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'shop' },
    data: { k: 'canary-1234' },
  }
  server.will(saysNo(422, words))
  const refused = server.client().create(secret, signal)
  await expect(refused).rejects.toMatchObject({ code: 'OBJECT_INVALID', why: ['data[k]: FieldValueInvalid'] })
})

test('a list of several pages is one list, and whole where the pages expire', async () => {
  const page = (next: string, name: string) =>
    answersWith(200, { metadata: { resourceVersion: '9', continue: next }, items: [configMap(name, 1)] })
  server.will(page('more', 'a'), page('', 'b'))
  const all = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' }
  const names = async () =>
    (await server.client().list(all, signal)).items.map(({ kind, metadata }) => [kind, metadata.name])
  expect(await names()).toEqual([
    ['ConfigMap', 'a'],
    ['ConfigMap', 'b'],
  ])
  server.will(page('more', 'a'), saysNo(410, { reason: 'Expired' }), lists(12, configMap('a', 1), configMap('c', 11)))
  expect(await names()).toEqual([
    ['ConfigMap', 'a'],
    ['ConfigMap', 'c'],
  ])
})

test('what a pod answers through the server is an answer, also 503', async () => {
  server.will(answersWith(503, 'not yet'))
  const asked = { namespace: 'shop', pod: 'p', port: 8080, path: '/health/ready' }
  expect(await server.client().askPod(asked, signal)).toEqual({ status: 503, body: 'not yet' })
  expect(server.asked[0]?.url.pathname).toBe('/api/v1/namespaces/shop/pods/p:8080/proxy/health/ready')
})

test('requests share connections and are counted', async () => {
  server.will(answersWith(200, configMap('a', 3)), answersWith(200, configMap('a', 3)))
  const client = server.client()
  await client.read(reference, signal)
  await client.read(reference, signal)
  expect(client.requestCount()).toBe(2)
  expect(server.connections).toBe(1)
})
