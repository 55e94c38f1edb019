import { createRoute, z } from '@hono/zod-openapi'
import { expect, test } from 'vitest'
import { type ProblemKind, problemResponses, problems } from './problems.ts'
import { createRoutes, jsonAnswer } from './routes.ts'
import { testApp } from './testing/test-app.ts'

const taken = { code: 'things/taken', status: 409, title: 'The <thing> is taken' } as const satisfies ProblemKind

const { app } = testApp(
  createRoutes().openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/things',
      operationId: 'listThings',
      summary: 'List things',
      tags: ['things'],
      security: [],
      responses: { 200: jsonAnswer('Things', z.array(z.string())), ...problemResponses(taken) },
    }),
    (c) => c.json([], 200),
  ),
)
const get = async (path: string) => {
  const answer = await app.request(path)
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

test('every problem has a page that says what it means, what to do, and where it is met', async () => {
  const list = await get('/problems')
  const codes = [...list.text.matchAll(/href="\/problems\/([^"]+)"/g)].map(([, code]) => code)
  expect(codes).toEqual(expect.arrayContaining([taken.code, ...Object.values(problems).map(({ code }) => code)]))
  for (const code of codes) {
    const page = await get(`/problems/${code}`)
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(page.text).toContain(`urn:shop:problem:${code}`)
    expect(page.text).not.toContain('See the title.')
  }
  const page = await get(`/problems/${taken.code}`)
  expect(page.text).toContain('GET /api/v1/things')
  expect(page.text).toContain('The &lt;thing&gt; is taken')
})

test('a code that there is not has no page', async () => {
  for (const path of ['/problems/things/none', '/problems/none', '/problems/%3Cscript%3E/x']) {
    const answer = await get(path)
    expect([answer.status, answer.type]).toEqual([404, 'application/problem+json'])
  }
})

test('the page of the API leads to them', async () => {
  expect((await get('/docs')).text).toContain('href="/problems"')
})
