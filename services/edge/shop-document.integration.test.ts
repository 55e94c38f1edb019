import type { RequestListener } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { edgeProblems } from './edge-problems.ts'
import { send } from './testing/send.ts'
import { edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { startTestUpstream } from './testing/test-upstream.ts'

afterEach(() => void vi.useRealTimers())

const answers = { 200: { description: 'Done' }, 503: { description: 'Not now' } }
const document = (path: string) => ({
  openapi: '3.1.0',
  info: { title: 'one', version: '1' },
  components: { schemas: { Problem: { type: 'object' } }, securitySchemes: { bearer: { type: 'http' } } },
  paths: {
    [path]: { get: { operationId: path.replaceAll(/\W/g, ''), security: [], responses: answers } },
    '/internal/v1/secret': { get: { operationId: 'secret', security: [], responses: answers } },
  },
})

const describing =
  (path: string): RequestListener =>
  (request, response) => {
    const found = request.url === '/openapi.json'
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ? document(path) : {}))
  }

async function threeServices() {
  const [users, catalog, orders] = await Promise.all([
    upstreamWith(describing('/api/v1/users/{id}')),
    upstreamWith(describing('/api/v1/products')),
    upstreamWith(describing('/api/v1/orders')),
  ])
  return { users: users.url, catalog: catalog.url, orders: orders.url }
}

test('the document at the door is that of all services, without what only services call', async () => {
  const edge = await edgeWith({ current: { release: 41, upstreams: await threeServices() } })
  const answer = await send(publicPort(edge), { path: '/openapi.json' })
  expect(answer.status).toBe(200)
  const { info, paths, components } = answer.json()
  expect(info).toMatchObject({ version: 'release 41', 'x-missing': [] })
  expect(Object.keys(Object(paths))).toEqual(['/api/v1/users/{id}', '/api/v1/products', '/api/v1/orders'])
  expect(components).toMatchObject({ schemas: { Problem: { type: 'object' } }, securitySchemes: { bearer: {} } })
  expect(answer.text).toContain('edge/upstream-timeout')
  const page = await send(publicPort(edge), { path: '/docs' })
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.text).toContain('Release 41 is serving.')
  expect(page.text).toContain('/api/v1/orders')
  expect(page.text).not.toContain('/internal/')
  const problem = await send(publicPort(edge), { path: '/problems/edge/upstream-timeout' })
  expect([problem.status, problem.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(problem.text).toContain('A service did not answer in time')
  expect((await send(publicPort(edge), { path: '/problems' })).text).toContain('edge/upstream-timeout')
  for (const { code } of [edgeProblems.notFound, edgeProblems.methodNotAllowed]) {
    expect((await send(publicPort(edge), { path: `/problems/${code}` })).status, code).toBe(200)
  }
  expect((await send(publicPort(edge), { path: '/problems/edge/nothing' })).status).toBe(404)
})

test('a service that is down is named, and the others are described', async () => {
  const dead = await startTestUpstream(describing('/api/v1/orders'))
  await dead.close()
  const upstreams = { ...(await threeServices()), orders: dead.url }
  const edge = await edgeWith({ current: { release: 41, upstreams } })
  const answer = await send(publicPort(edge), { path: '/openapi.json' })
  expect(answer.json().info).toMatchObject({
    'x-missing': ['orders'],
    description: expect.stringContaining('The orders service does not answer now'),
  })
  expect(Object.keys(Object(answer.json().paths))).toEqual(['/api/v1/users/{id}', '/api/v1/products'])
  expect((await send(publicPort(edge), { path: '/docs' })).text).toContain('The orders service does not answer now')
})

test('what is looked at before it is public describes itself', async () => {
  const token = 'preview-token-0123456'
  const upstreams = await threeServices()
  const edge = await edgeWith({ candidate: { release: 42, token, upstreams } })
  expect((await send(publicPort(edge), { path: '/openapi.json' })).json()).toMatchObject({ code: 'edge/no-release' })
  const answer = await send(publicPort(edge), { path: '/openapi.json', headers: { 'x-release-preview': token } })
  expect(answer.json().info).toMatchObject({ version: 'release 42' })
  expect((await send(publicPort(edge), { method: 'POST', path: '/docs' })).status).toBe(405)
})

test('the description is made once in a generation of routes, and again after the next, or where one was missing', async () => {
  let answering = true
  const described = describing('/api/v1/orders')
  const orders = await upstreamWith((request, response) => {
    if (answering) described(request, response)
    else response.writeHead(503).end()
  })
  const current = { release: 41, upstreams: { ...(await threeServices()), orders: orders.url } }
  const edge = await edgeWith({ current })
  const ask = async (path: string) => (await send(publicPort(edge), { path })).text
  const [first, ...others] = await Promise.all(['/openapi.json', '/openapi.json', '/docs', '/problems'].map(ask))
  expect(others[0]).toBe(first)
  expect(await ask('/docs')).toBe(others[1])
  expect(orders.requests.length).toBe(1)

  answering = false
  await edge.route({ current: { ...current, release: 42 } })
  expect(await ask('/openapi.json')).toContain('The orders service does not answer now')
  answering = true
  expect(await ask('/docs')).toContain('Release 42 is serving.')
  expect(await ask('/openapi.json')).not.toContain('does not answer now')
  expect(orders.requests.length).toBe(3)
})

test('where the edge is not told of releases, what is behind it is asked again after a while', async () => {
  const orders = await upstreamWith(describing('/api/v1/orders'))
  const upstreams = { ...(await threeServices()), orders: orders.url }
  const edge = await edgeWith({ current: { release: null, upstreams } })
  const ask = () => send(publicPort(edge), { path: '/openapi.json' })
  vi.useFakeTimers({ toFake: ['performance'] })
  await ask()
  await ask()
  expect(orders.requests.length).toBe(1)
  vi.advanceTimersByTime(60_000)
  await ask()
  expect(orders.requests.length).toBe(2)
})
