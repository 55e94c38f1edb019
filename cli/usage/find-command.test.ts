import { expect, test } from 'vitest'
import { findCommand } from './find-command.ts'

const ids = ['deploy', 'logs', 'history', 'history:show', 'help:exit-codes', 'infra:plan']

test('the longest known command wins and the rest is its own', () => {
  expect(findCommand(['history', 'show', '42', '--env', 'local'], ids)).toEqual({
    kind: 'command',
    id: 'history:show',
    rest: ['42', '--env', 'local'],
  })
  expect(findCommand(['history', '--env', 'local'], ids)).toMatchObject({ kind: 'command', id: 'history' })
  expect(findCommand(['logs', 'orders'], ids)).toEqual({ kind: 'command', id: 'logs', rest: ['orders'] })
})

test.each([
  [[], ''],
  [['--help'], ''],
  [['-h'], ''],
  [['help'], ''],
  [['help', 'deploy'], 'deploy'],
  [['help', 'history', 'show'], 'history:show'],
  [['deploy', '--env', 'local', '--help'], 'deploy'],
  [['infra'], 'infra'],
  [['infra', 'nope', '--help'], 'infra'],
])('%j asks for help about "%s"', (words, topic) => {
  expect(findCommand(words, ids)).toEqual({ kind: 'help', topic })
})

test('help exit-codes is a command and not the help of one', () => {
  expect(findCommand(['help', 'exit-codes'], ids)).toMatchObject({ kind: 'command', id: 'help:exit-codes' })
})

test('what stands after -- is not a request for help', () => {
  expect(findCommand(['deploy', '--', '--help'], ids)).toMatchObject({ kind: 'command', id: 'deploy' })
})

test.each([
  [['depoly'], 'depoly'],
  [['infra', 'nope'], 'infra nope'],
  [['help', 'nope'], 'nope'],
])('%j is unknown', (words, typed) => {
  expect(findCommand(words, ids)).toEqual({ kind: 'unknown', typed })
})

test('a flag before the command is told apart from an unknown command', () => {
  expect(findCommand(['--env', 'local', 'deploy'], ids)).toEqual({ kind: 'flag-first', flag: '--env' })
})
