import { expect, test } from 'vitest'
import { readEventQuestion } from './event-question.ts'

const id = '0192f0c4-5a00-7000-8000-000000000001'
const questionOf = (words: readonly string[]) => {
  const read = readEventQuestion(words)
  if (!read.ok) throw new Error(read.why)
  return read.question
}

test.each<[readonly string[], object]>([
  [['list'], { ask: 'list', limit: 100 }],
  [
    ['list', '--type=order.paid.v1', '--from=2026-11-22T13:37:00+01:00', '--state', 'refused', '--limit', '5'],
    { ask: 'list', type: 'order.paid.v1', from: new Date('2026-11-22T12:37:00Z'), state: 'refused', limit: 5 },
  ],
  [['show', id], { ask: 'show', id }],
  [
    ['replay', '--consumer=catalog-purchases', '--actor=ada@laptop'],
    { ask: 'replay', consumer: 'catalog-purchases', actor: 'ada@laptop' },
  ],
  [['consumers'], { ask: 'consumers' }],
  [['dead', 'list'], { ask: 'dead list', handled: 'left-out', limit: 100 }],
  [['dead', 'show', id], { ask: 'dead show', id }],
  [['dead', 'replay', '--actor=ada'], { ask: 'dead replay', actor: 'ada' }],
  [
    ['dead', 'drop', id, '--actor=ada', '--reason=--known since May'],
    { ask: 'dead drop', id, actor: 'ada', reason: '--known since May' },
  ],
])('%j is a question', (words, question) => {
  expect(questionOf(words)).toEqual(question)
})

test.each<[readonly string[], string]>([
  [[], 'ask'],
  [['lost'], 'ask'],
  [['dead'], 'ask'],
  [['show'], 'id'],
  [['show', 'x'], 'id'],
  [['show', id, id], 'one word too much'],
  [['list', '--limit=0'], 'limit'],
  [['list', '--limit=1001'], 'limit'],
  [['list', '--type=order.paid'], 'type'],
  [['list', '--from=yesterday'], 'from'],
  [['list', '--colour=red'], '--colour'],
  [['list', '--consumer=mailer'], 'consumer'],
  [['replay'], 'actor'],
  [['dead', 'replay', '--actor= '], 'actor'],
  [['dead', 'drop', id, '--actor=ada'], 'reason'],
  [['dead', 'drop', id, '--actor=ada', '--reason= '], 'reason'],
  [['dead', 'drop', '--actor=ada', '--reason=old'], 'id'],
])('%j is none, and told why', (words, why) => {
  expect(readEventQuestion(words)).toMatchObject({ ok: false, why: expect.stringContaining(why) })
})
