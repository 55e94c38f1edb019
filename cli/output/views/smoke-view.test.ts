import { expect, test } from 'vitest'
import type { SmokeReport } from '../../smoke/smoke-report.ts'
import { smokeView } from './smoke-view.ts'

const report: SmokeReport = {
  environment: 'staging',
  release: 7,
  entry: 'https://shop.example',
  verdict: 'failed',
  startedAt: '2026-11-22T13:37:00.123Z',
  milliseconds: 2100,
  checks: [
    { name: 'catalog lists products', service: 'catalog', result: 'passed', milliseconds: 12, failure: null },
    {
      name: 'orders asks who is calling',
      service: 'orders',
      result: 'failed',
      milliseconds: 5000,
      failure: {
        what: 'GET /api/v1/orders: no answer within 5 s',
        requestId: 'smoke-1',
        fix: ['shopctl logs orders --env staging --tail 1000 --raw | grep smoke-1'],
      },
    },
  ],
  journeys: [
    {
      name: 'a customer buys',
      result: 'failed',
      reason: null,
      milliseconds: 900,
      steps: [
        {
          name: 'ada pays',
          service: 'orders',
          result: 'failed',
          milliseconds: 30,
          failure: { what: 'ada pays: POST /payment answered 503 instead of 200: -', requestId: 'smoke-2', fix: [] },
        },
        { name: 'ada has an invoice', service: 'orders', result: 'skipped', milliseconds: 0, failure: null },
      ],
      leftBehind: ['the order 1 (no answer to its cancelling)'],
    },
    {
      name: 'a customer has an account',
      result: 'skipped',
      reason: 'staging lets nobody log in',
      milliseconds: 0,
      steps: [{ name: 'ada registers', service: 'users', result: 'skipped', milliseconds: 0, failure: null }],
      leftBehind: [],
    },
  ],
  junit: null,
}

test('what failed comes last, with what to type, and what was left behind after it', () => {
  expect(smokeView(report, { width: null })).toBe(`\
staging (release 7) at https://shop.example: 2 checks and 2 journeys in 2.1 s, and 2 failed.

CHECK                       SERVICE    MS  RESULT
catalog lists products      catalog    12  ok
orders asks who is calling  orders   5000  FAILED

A CUSTOMER BUYS     SERVICE  MS  RESULT
ada pays            orders   30  FAILED
ada has an invoice  orders    -  not tried

Skipped: a customer has an account; staging lets nobody log in.

FAILED orders asks who is calling
  Why: GET /api/v1/orders: no answer within 5 s (request smoke-1)
  Fix: shopctl logs orders --env staging --tail 1000 --raw | grep smoke-1

FAILED a customer buys
  Why: ada pays: POST /payment answered 503 instead of 200: - (request smoke-2)

FAILED to tidy up after: a customer buys
  Left behind: the order 1 (no answer to its cancelling)`)
})
