import { afterAll, beforeAll, expect, test } from 'vitest'
import { spanKinds, type TraceCollector, traceCollector } from '../kit/testing/trace-collector.ts'
import { send } from './testing/send.ts'
import { all, edgeWith, publicPort, upstreamWith } from './testing/stage.ts'
import { echo } from './testing/test-upstream.ts'

let collector: TraceCollector
beforeAll(async () => {
  collector = await traceCollector()
})
afterAll(() => collector.close())

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

test('where tracing is on a request is a span of the client’s trace, and the service’s is a part of that', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } }, { collector: collector.url })
  const headers = { traceparent, 'x-request-id': 'r-1' }
  const answer = await send(publicPort(edge), { path: '/api/v1/users/me?x=1', headers })
  await edge.stop()
  const [span, ...others] = await collector.spans()
  expect(others).toEqual([])
  expect(span).toMatchObject({
    ...{
      traceId,
      parentSpanId: '00f067aa0ba902b7',
      service: 'edge',
      name: 'GET /api/v1/users',
      kind: spanKinds.server,
    },
    attributes: { 'http.response.status_code': 200, 'shop.request_id': 'r-1' },
  })
  expect(answer.json().headers).toMatchObject({ traceparent: `00-${traceId}-${span?.spanId}-01` })
})

test('where it is off what the client says of its trace passes as it is', async () => {
  const { url } = await upstreamWith(echo('users'))
  const edge = await edgeWith({ current: { release: 1, upstreams: all(url) } })
  const answer = await send(publicPort(edge), { path: '/api/v1/users', headers: { traceparent } })
  expect(answer.json().headers).toMatchObject({ traceparent })
})
