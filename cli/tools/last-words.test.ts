import { expect, test } from 'vitest'
import { lastWords } from './last-words.ts'

test('of an uncaught error the message and the place are told, not the stack that follows', () => {
  const log = [
    'file:///shop/bundles/1f/bundle.mjs:284',
    `throw new Error('broken on purpose')${';var x=1'.repeat(1000)}`,
    '      ^',
    '',
    'Error: broken on purpose',
    '    at file:///shop/bundles/1f/bundle.mjs:284:14589',
    '    at ModuleJob.run (node:internal/modules/esm/module_job:561:25)',
    '    at async node:internal/modules/esm/loader:647:26',
    '    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:101:5)',
    '',
    'Node.js v24.21.0',
  ]
  expect(lastWords(log)).toEqual(['Error: broken on purpose', '    at file:///shop/bundles/1f/bundle.mjs:284:14589'])
})

test('the source line is left out also where the error is so far to the right that Node draws no caret', () => {
  const log = [
    'file:///shop/bundles/1f/bundle.mjs:284',
    `  from idempotency_keys\`${';var x=1'.repeat(1000)};throw new Error('broken on purpose')`,
    '',
    'Error: broken on purpose',
    '    at file:///shop/bundles/1f/bundle.mjs:284:14589',
  ]
  expect(lastWords(log)).toEqual(['Error: broken on purpose', '    at file:///shop/bundles/1f/bundle.mjs:284:14589'])
})

test('of other logs the last five lines are told', () => {
  const log = ['1', '2', '3', '4', '5', '6'].map((number) => `{"message":"line ${number}"}`)
  expect(lastWords(log)).toEqual(log.slice(1))
  expect(lastWords([])).toEqual([])
})

test('a line that is longer than a screen is cut', () => {
  expect(lastWords(['x'.repeat(10_000)])).toEqual([`${'x'.repeat(400)}…`])
})
