import { expect, test } from 'vitest'
import { runCaused } from './caused-work.ts'
import { requestScope } from './request-scope.ts'
import type { MessageFacts, SpanOutcome, TraceSpan, Tracing } from './trace-span.ts'

/** Keeps what it is told. */
function keptTracing() {
  const begun: MessageFacts[] = []
  const ended: (SpanOutcome | undefined)[] = []
  const span: TraceSpan = {
    traceId: 'trace',
    traceparent: 'span',
    child: () => span,
    end: (outcome) => void ended.push(outcome),
  }
  const tracing: Tracing = {
    startRequest: () => span,
    startMessage(facts) {
      begun.push(facts)
      return span
    },
    close: async () => undefined,
  }
  return { tracing, begun, ended }
}

const work = { name: 'task send_refund', cause: { requestId: 'r-1', traceparent: '00-…-01' } }

test('work has the scope of the request that decided it, and a span in its trace', async () => {
  const { tracing, begun, ended } = keptTracing()
  const scope = await runCaused(tracing, work, async () => requestScope())
  expect(scope).toMatchObject({ requestId: 'r-1', span: { traceparent: 'span' } })
  expect(requestScope()).toBeUndefined()
  const attributes = { 'shop.request_id': 'r-1' }
  expect(begun).toEqual([{ name: 'task send_refund', kind: 'internal', traceparent: '00-…-01', attributes }])
  expect(ended).toEqual([undefined])
})

test('what fails fails its span, and whoever asked hears of it', async () => {
  const { tracing, ended } = keptTracing()
  const failure = new Error('no refund')
  await expect(runCaused(tracing, work, () => Promise.reject(failure))).rejects.toBe(failure)
  expect(ended).toEqual([{ failure }])
})

test('without tracing it only has the id', async () => {
  const scope = await runCaused(undefined, work, async () => requestScope())
  expect([scope?.requestId, scope?.span]).toEqual(['r-1', undefined])
})
