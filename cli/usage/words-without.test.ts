import { expect, test } from 'vitest'
import { wordsWithout } from './words-without.ts'

const yes = { names: ['--yes', '-y'], values: 'none' } as const
const destroy = { names: ['--allow-destroy'], values: 'all' } as const

test.each([
  ['--yes --env prod', '--env prod', yes],
  ['-y --env prod --yes', '--env prod', yes],
  ['--env prod', '--env prod', yes],
  ['--env dev --allow-destroy a b --wait 1', '--env dev --wait 1', destroy],
  ['--allow-destroy=a --allow-destroy b --yes', '--yes', destroy],
  ['--allow-destroy=a b -y', '-y', destroy],
])('%s without the flag is %s', (typed, left, flag) => {
  expect(wordsWithout(typed.split(' '), flag).join(' ')).toBe(left)
})
