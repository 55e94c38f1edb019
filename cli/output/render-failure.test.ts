import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { createPalette, noColours } from './palette.ts'
import { renderFailure } from './render-failure.ts'
import { failureDocument, renderJson, successDocument } from './result-document.ts'
import { resultSchema } from './result-schema.ts'

const failure = new ShopctlError({
  code: 'ROLLOUT_UNHEALTHY',
  outcome: 'failed',
  what: 'orders did not become healthy in staging; users stay on release 41.',
  why: ['container "orders" of orders-7d9f-x2x9k exited 1 three times: "DATABASE_URL: invalid url"'],
  fix: [
    'shopctl logs orders --env staging --release 42 --previous',
    'shopctl history show 42 --env staging --with-a-flag-that-makes-it-far-too-long-for-this-terminal',
  ],
})

test('off a terminal a failure has one line for what, each reason and each command', () => {
  expect(renderFailure(failure, { palette: noColours, columns: null })).toBe(
    `ROLLOUT_UNHEALTHY: orders did not become healthy in staging; users stay on release 41.
  Why: container "orders" of orders-7d9f-x2x9k exited 1 three times: "DATABASE_URL: invalid url"
  Fix: shopctl logs orders --env staging --release 42 --previous
  Fix: shopctl history show 42 --env staging --with-a-flag-that-makes-it-far-too-long-for-this-terminal`,
  )
})

test('on 60 columns words wrap and commands do not', () => {
  const lines = renderFailure(failure, { palette: noColours, columns: 60 }).split('\n')
  expect(lines).toEqual([
    'ROLLOUT_UNHEALTHY: orders did not become healthy in staging;',
    '  users stay on release 41.',
    '  Why: container "orders" of orders-7d9f-x2x9k exited 1',
    '       three times: "DATABASE_URL: invalid url"',
    '  Fix: shopctl logs orders --env staging --release 42 --previous',
    '  Fix: shopctl history show 42 --env staging --with-a-flag-that-makes-it-far-too-long-for-this-terminal',
  ])
})

test('colour codes and control characters of a service do not reach the terminal', () => {
  const why = ['orders said: \u001B[31mred\u001B[0m\u0007\r\nsecond line', '    at start (main.ts:1)']
  const noisy = new ShopctlError({ code: 'X', outcome: 'failed', what: 'Noise.', why, fix: ['shopctl status'] })
  expect(renderFailure(noisy, { palette: noColours, columns: null })).toBe(
    'X: Noise.\n  Why: orders said: red\n       second line\n           at start (main.ts:1)\n  Fix: shopctl status',
  )
})

test('colours go around the code and the command only', async () => {
  const text = renderFailure(failure, { palette: await createPalette(1), columns: 60 })
  expect(text).toContain('\u001B[31m\u001B[1mROLLOUT_UNHEALTHY:\u001B[22m\u001B[39m orders did')
  expect(text).toContain('  Fix: \u001B[1mshopctl logs orders --env staging --release 42 --previous\u001B[22m')
})

test('the document of a failure and of a success have the promised fields, and no secret', () => {
  const redact = (text: string) => text.replaceAll('staging', '[redacted]')
  expect(resultSchema.parse(JSON.parse(renderJson(failureDocument('deploy', failure), redact)))).toEqual({
    schema: 'shopctl.result/1',
    command: 'deploy',
    ok: false,
    exitCode: 4,
    error: {
      code: 'ROLLOUT_UNHEALTHY',
      what: 'orders did not become healthy in [redacted]; users stay on release 41.',
      why: failure.why,
      fix: failure.fix.map(redact),
    },
  })
  const success = successDocument({
    command: 'status',
    exitCode: 0,
    result: { 'key of staging': ['staging', 1, null] },
  })
  expect(resultSchema.parse(JSON.parse(renderJson(success, redact)))).toEqual({
    schema: 'shopctl.result/1',
    command: 'status',
    ok: true,
    exitCode: 0,
    result: { 'key of [redacted]': ['[redacted]', 1, null] },
  })
})
