import { expect, test } from 'vitest'
import { nearestWord } from './nearest-word.ts'

const commands = ['deploy', 'diff', 'doctor', 'down', 'history', 'history show', 'logs', 'rollback', 'status']

test.each([
  ['depoly', 'deploy'],
  ['stauts', 'status'],
  ['DEPLOY', 'deploy'],
  ['rollbak', 'rollback'],
  ['historry', 'history'],
  ['roll', 'rollback'],
  ['log', 'logs'],
])('%s is taken for %s', (typed, meant) => {
  expect(nearestWord(typed, commands)).toBe(meant)
})

test.each(['frobnicate', 'x', '', 'prod'])('nothing is near "%s"', (typed) => {
  expect(nearestWord(typed, commands)).toBeNull()
})

test('a beginning that two words share names neither', () => {
  expect(nearestWord('do', ['doctor', 'download'])).toBeNull()
})
