import type { EventBody } from './events.ts'
import { renderTable } from './table.ts'

type LoadSecond = Extract<EventBody, { readonly type: 'load.second' }>

const milliseconds = (value: number | null): string => {
  if (value === null) return '-'
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

const rate = (value: number): string => String(Math.round(value))

const share = (value: number | null): string => (value === null ? '-' : `${Number((value * 100).toPrecision(2))} %`)

/** A second of a load test on one line. */
export const loadSecondLine = (second: LoadSecond): string => {
  const { p50Milliseconds, p95Milliseconds, p99Milliseconds, errorShare, dropped } = second
  return [
    `${second.second + 1} s`,
    `${second.users} users`,
    `${rate(second.requestsPerSecond)} requests/s`,
    `p50 ${milliseconds(p50Milliseconds)}`,
    `p95 ${milliseconds(p95Milliseconds)}`,
    `p99 ${milliseconds(p99Milliseconds)}`,
    `errors ${share(errorShare)}`,
    ...(dropped === 0 ? [] : [`${dropped} arrivals dropped`]),
    ...(second.lateMilliseconds < 50 ? [] : [`the generator is ${second.lateMilliseconds} ms late`]),
  ].join(', ')
}

/** The same with a row for each endpoint, for a terminal. */
export const loadSecondTable = (second: LoadSecond): string => {
  const rows = renderTable({
    columns: [
      { title: 'SCENARIO', value: ({ scenario }) => scenario },
      { title: 'ENDPOINT', value: ({ endpoint }) => endpoint },
      { title: 'REQ/S', value: ({ requestsPerSecond }) => rate(requestsPerSecond), align: 'right' },
      { title: 'P50', value: ({ p50Milliseconds }) => milliseconds(p50Milliseconds), align: 'right' },
      { title: 'P95', value: ({ p95Milliseconds }) => milliseconds(p95Milliseconds), align: 'right' },
      { title: 'FAILED', value: ({ failed }) => String(failed), align: 'right' },
    ],
    rows: second.endpoints,
    width: null,
  })
  return `${loadSecondLine(second)}\n${rows}`
}
