import { expect, test } from 'vitest'
import { causeOf } from './cause-of.ts'
import type { EventCause } from './events.ts'
import { createRoutes } from './routes.ts'
import { testApp } from './testing/test-app.ts'
import type { TraceSpan } from './trace-span.ts'

const ids = '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'
const ownSpan = `00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-01`
const span: TraceSpan = { traceId: '', traceparent: ownSpan, child: () => span, end: () => undefined }
const tracing = { startRequest: () => span, startMessage: () => span, close: async () => undefined }

async function causeIn(options: Parameters<typeof testApp>[1], headers: Record<string, string>): Promise<EventCause> {
  let cause: EventCause | undefined
  const routes = createRoutes()
  routes.get('/', (c) => {
    cause = causeOf(c)
    return c.text('')
  })
  await testApp(routes, options).app.request('/', { headers: { 'x-request-id': 'r-1', ...headers } })
  if (cause === undefined) throw new Error('the route was not reached')
  return cause
}

test.each([
  ['a request of no trace has none', undefined, undefined],
  ['a trace that came in goes on', `00-${ids}-01`, `00-${ids}-01`],
  ['only what the form of version 00 has is carried on', `01-${ids}-00-${'x'.repeat(1_000)}`, `00-${ids}-00`],
  ['what is of no such form is nobody’s trace', `00-${ids}`, undefined],
  ['a trace of zeros is none', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
])('%s', async (_, came, traceparent) => {
  const headers: Record<string, string> = came === undefined ? {} : { traceparent: came }
  expect(await causeIn({}, headers)).toEqual({ requestId: 'r-1', traceparent })
})

test('where this process traces, the event is of the span of its request', async () => {
  expect(await causeIn({ tracing }, { traceparent: `00-${ids}-01` })).toEqual({
    requestId: 'r-1',
    traceparent: ownSpan,
  })
})
