import fc from 'fast-check'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { parseExposition } from './parse-exposition.ts'

test('a line is a name, its labels, a value, and the type that was said of its name', () => {
  const text = [
    '# HELP logins_total Logins',
    '# TYPE logins_total counter',
    'logins_total{result="ok"} 41',
    'logins_total{result="refused",} 2 1700000000000',
    '# TYPE up gauge',
    'up 1e0',
    'unknown_to_all 3',
  ].join('\n')
  expect(parseExposition(text)).toEqual({
    series: [
      { name: 'logins_total', type: 'counter', labels: { result: 'ok' }, value: 41 },
      { name: 'logins_total', type: 'counter', labels: { result: 'refused' }, value: 2 },
      { name: 'up', type: 'gauge', labels: {}, value: 1 },
      { name: 'unknown_to_all', type: 'untyped', labels: {}, value: 3 },
    ],
    unreadable: [],
  })
})

test('a histogram is its buckets, its sum and its count, each of the type histogram', () => {
  const text = [
    '# TYPE took histogram',
    'took_bucket{le="0.1"} 1',
    'took_bucket{le="+Inf"} 2',
    'took_sum 0.3',
    'took_count 2',
  ]
  const { series } = parseExposition(text.join('\n'))
  expect(series.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'took_bucket histogram',
    'took_bucket histogram',
    'took_sum histogram',
    'took_count histogram',
  ])
})

test('braces, commas and quotes inside a label do not end it', () => {
  const { series } = parseExposition('asked{route="/products/{id}",why="say \\"no\\", twice\\n\\\\"} 1')
  expect(series[0]?.labels).toEqual({ route: '/products/{id}', why: 'say "no", twice\n\\' })
})

test('not a number and the infinities are values', () => {
  const { series } = parseExposition('a NaN\nb +Inf\nc -Inf')
  expect(series.map(({ value }) => value)).toEqual([Number.NaN, Infinity, -Infinity])
})

describe('what is cut or no metrics at all is told, not guessed', () => {
  const lines = ['a{b="c"', 'a{b="c} 1', '<html>', 'a', 'a{b=c} 1', 'a one', '{} 1']
  for (const line of lines) {
    test(line, () =>
      expect(parseExposition(`ok 1\n${line}`)).toMatchObject({ unreadable: [line], series: [{ name: 'ok' }] }),
    )
  }
})

test('whatever a service labels and counts is read back as it was', async () => {
  const given = fc.uniqueArray(
    fc.tuple(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })),
    {
      selector: ([label]) => label,
      minLength: 1,
    },
  )
  await fc.assert(
    fc.asyncProperty(given, async (entries) => {
      const registers = [new Registry()]
      const counter = new Counter({ name: 'things_total', help: 'help', labelNames: ['of', 'and'], registers })
      for (const [of, value] of entries) counter.inc({ of, and: `${of}"` }, value)
      new Gauge({ name: 'level', help: 'a\nb \\ "c"', registers }).set(-0.5)
      const { series, unreadable } = parseExposition((await registers[0]?.metrics()) ?? '')
      expect(unreadable).toEqual([])
      const things = series.filter(({ name }) => name === 'things_total')
      expect(things.map(({ labels, value }) => [labels.of, labels.and, value])).toEqual(
        entries.map(([of, value]) => [of, `${of}"`, value]),
      )
      expect(series.at(-1)).toEqual({ name: 'level', type: 'gauge', labels: {}, value: -0.5 })
    }),
    { numRuns: 200 },
  )
})

test('a real histogram of a service reads back with every bucket', async () => {
  const registers = [new Registry()]
  const took = new Histogram({
    name: 'took_seconds',
    help: 'help',
    labelNames: ['route'],
    buckets: [0.1, 1],
    registers,
  })
  for (const seconds of [0.05, 0.5, 5]) took.observe({ route: '/' }, seconds)
  const { series } = parseExposition((await registers[0]?.metrics()) ?? '')
  const buckets = series.filter(({ name }) => name === 'took_seconds_bucket')
  expect(buckets.map(({ labels, value }) => [labels.le, value])).toEqual([
    ['0.1', 1],
    ['1', 2],
    ['+Inf', 3],
  ])
})
