import { expect, test } from 'vitest'
import { renderJunit } from './render-junit.ts'
import type { SmokeReport } from './smoke-report.ts'

const check = (facts: Partial<SmokeReport['checks'][number]> = {}): SmokeReport['checks'][number] => ({
  name: 'catalog lists products',
  service: 'catalog',
  result: 'passed',
  milliseconds: 1234,
  failure: null,
  ...facts,
})

const report = (facts: Partial<SmokeReport> = {}): SmokeReport => ({
  environment: 'staging',
  release: 7,
  entry: 'https://shop.example',
  verdict: 'passed',
  startedAt: '2026-11-22T13:37:00.123Z',
  milliseconds: 2000,
  checks: [check()],
  journeys: [],
  junit: null,
  ...facts,
})

test('a check is a case with its service as class and its time in seconds', () => {
  expect(renderJunit(report())).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="shopctl smoke" tests="1" failures="0" errors="0" skipped="0" time="2.000">
  <testsuite name="smoke checks of staging" tests="1" failures="0" errors="0" skipped="0" time="1.234" timestamp="2026-11-22T13:37:00">
    <testcase name="catalog lists products" classname="smoke.staging.catalog" time="1.234"/>
  </testsuite>
</testsuites>
`)
})

test('a failure has its sentence as message, and request and commands in its text', () => {
  const failure = { what: 'GET /x answered 500', requestId: 'smoke-1', fix: ['shopctl logs catalog'] }
  expect(renderJunit(report({ checks: [check({ result: 'failed', failure })] }))).toContain(
    '<failure type="smoke" message="GET /x answered 500">GET /x answered 500\nRequest: smoke-1\nFix: shopctl logs catalog</failure>',
  )
})

test('what XML cannot hold is taken out, and what it reads as its own is escaped', () => {
  const what = `a & b < c > "d"\u0000\u001b[31m\u0008\u0085\ufffe\ud800 1\n2\t3 ]]> é 山 😀`
  const failure = { what, requestId: null, fix: [] }
  const xml = renderJunit(report({ checks: [check({ result: 'failed', failure })] }))
  expect(xml).toContain('message="a &amp; b &lt; c &gt; &quot;d&quot;[31m\ufffd 1&#10;2&#9;3 ]]&gt; é 山 😀"')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/)
})

const journey = (facts: Partial<SmokeReport['journeys'][number]>): SmokeReport['journeys'][number] => ({
  name: 'a customer buys',
  result: 'passed',
  reason: null,
  milliseconds: 900,
  steps: [
    { name: 'ada pays', service: 'orders', result: 'passed', milliseconds: 300, failure: null },
    { name: 'ada has an invoice', service: 'orders', result: 'skipped', milliseconds: 0, failure: null },
  ],
  leftBehind: [],
  ...facts,
})

test('a step that was not tried is skipped, with why', () => {
  const xml = renderJunit(report({ journeys: [journey({ result: 'failed' })] }))
  expect(xml).toContain('<skipped message="a step before it failed"/>')
  expect(xml).toContain(
    '<testsuite name="a customer buys" tests="3" failures="0" errors="0" skipped="1" time="0.900" timestamp',
  )
})

test('what was left behind fails the tidying up, and no step', () => {
  const xml = renderJunit(report({ journeys: [journey({ result: 'failed', leftBehind: ['the order 1', 'a < b'] })] }))
  expect(xml).toContain('name="everything is taken away again" classname="smoke.staging.journeys.a customer buys"')
  expect(xml).toContain('message="left behind: the order 1; a &lt; b"')
  expect(xml).toContain('tests="3" failures="1"')
})
