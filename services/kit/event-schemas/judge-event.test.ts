import { describe, expect, test } from 'vitest'
import { type EventType, eventTypes } from './event-catalogue.ts'
import { exampleEnvelope } from './event-documents.ts'
import { envelopeBytesAtMost, eventData, judgeRead, judgeWritten } from './judge-event.ts'

const envelope = (type: EventType, changes: object = {}) => ({ ...exampleEnvelope(type), ...changes })
const data = (type: EventType, changes: object) =>
  envelope(type, { data: { ...exampleEnvelope(type).data, ...changes } })

describe.each(eventTypes)('%s', (type) => {
  test('E13.size: its example may be published, and is read as it stands', () => {
    const written = envelope(type)
    expect(judgeWritten(written)).toEqual({ kind: 'valid', envelope: written })
    expect(judgeRead(written)).toEqual({ kind: 'valid', envelope: written })
    expect(eventData(type, written.data)).toEqual(written.data)
  })

  test('E13.size E17: a field more is refused at the writer and passed over by the reader', () => {
    const added = data(type, { later: { deep: ['x'] } })
    expect(judgeWritten(added)).toMatchObject({ kind: 'invalid', faults: [{ pointer: '/data' }] })
    expect(judgeRead(added)).toEqual({ kind: 'valid', envelope: envelope(type) })
  })
})

test.each<[string, object, string]>([
  ['without a field', data('order.paid.v1', { payment_id: undefined }), '/data/payment_id'],
  ['with a field of another type', data('order.paid.v1', { amount_cents: '3998' }), '/data/amount_cents'],
  [
    'with a fault in a line',
    data('order.placed.v1', { lines: [{ product_id: 'x', quantity: 1 }] }),
    '/data/lines/0/product_id',
  ],
  ['of a state that is none', data('order.placed.v1', { status: 'lost' }), '/data/status'],
  ['of version 0', envelope('order.placed.v1', { aggregate_version: 0 }), '/aggregate_version'],
  ['of no subject', envelope('order.placed.v1', { subject: undefined }), '/subject'],
  ['from another service', envelope('order.placed.v1', { source: 'user-management' }), '/source'],
])('E13.size E17: one %s is refused at both ends, with a pointer and without its value', (_title, wrong, pointer) => {
  for (const judge of [judgeWritten, judgeRead]) {
    expect(judge(wrong)).toMatchObject({ kind: 'invalid', faults: [{ pointer }] })
    expect(JSON.stringify(judge(wrong))).not.toContain('3998')
  }
})

test('E13.size: an envelope of more than 64 KB is refused, one of 64 KB is not', () => {
  const bytesWith = (request_id: string) =>
    Buffer.byteLength(JSON.stringify(envelope('user.closed.v1', { request_id })))
  const filling = 'x'.repeat(envelopeBytesAtMost - bytesWith(''))
  expect(judgeWritten(envelope('user.closed.v1', { request_id: filling })).kind).toBe('valid')
  expect(judgeWritten(envelope('user.closed.v1', { request_id: `${filling}x` }))).toEqual({
    kind: 'invalid',
    faults: [{ pointer: '', message: `has ${envelopeBytesAtMost + 1} bytes, more than ${envelopeBytesAtMost}` }],
  })
})

test.each(['order.paid.v2', 'parcel.lost.v1'])(
  'E17: %s, which nobody here knows, is neither right nor wrong',
  (type) => {
    const unknown = envelope('order.paid.v1', { type, data: { anything: 1 } })
    expect(judgeRead(unknown)).toEqual({ kind: 'unknown', type })
  },
)

test('E17: what is passed over in a line of a list leaves the rest of it', () => {
  const line = { product_id: '0192f0c4-5a00-7000-8000-000000000001', quantity: 2 }
  const read = judgeRead(data('order.placed.v1', { lines: [line, { ...line, later: 1 }] }))
  expect(read).toMatchObject({ kind: 'valid', envelope: { data: { lines: [line, line] } } })
  expect(JSON.stringify(read)).not.toContain('later')
})
