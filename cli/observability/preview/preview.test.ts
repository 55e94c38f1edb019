import { describe, expect, test } from 'vitest'
import type { Board, Panel } from '../../../observability/dashboards/panel.ts'
import { clockMarks } from './clock-marks.ts'
import { type NamedSeries, type PanelData, seriesName, timesOf } from './panel-data.ts'
import { renderPreview } from './preview-page.ts'
import { rateSeconds } from './read-panel.ts'
import { stylesOf } from './series-styles.ts'
import { valueInWords } from './shown-unit.ts'
import { signedScale } from './signed-scale.ts'
import { stackOf } from './stack-of.ts'
import { lastMinutes } from './time-grid.ts'

const grid = { fromSeconds: 1_800_000_000, stepSeconds: 60, count: 4 }

describe('times', () => {
  test('the last hour is asked for at round times, two scrapes apart', () => {
    const hour = lastMinutes(60, new Date(1_800_000_007_000))
    expect(hour).toEqual({ fromSeconds: 1_800_000_000 - 3_600, stepSeconds: 30, count: 121 })
    expect(timesOf(hour).at(-1)).toBe(1_800_000_000)
  })

  test('two weeks are no more points than an hour', () => {
    const { count, stepSeconds } = lastMinutes(14 * 24 * 60, new Date(1_800_000_007_000))
    expect(count).toBeLessThanOrEqual(121)
    expect(stepSeconds % 15).toBe(0)
  })

  test('a rate looks back over a whole step and never over less than four scrapes', () => {
    expect(rateSeconds({ stepSeconds: 15 })).toBe(60)
    expect(rateSeconds({ stepSeconds: 600 })).toBe(615)
  })

  test('the axis is marked at round times of day', () => {
    expect(clockMarks(grid)).toEqual([
      { at: 0, label: '08:00:00' },
      { at: 1 / 6, label: '08:00:30' },
      { at: 2 / 6, label: '08:01:00' },
      { at: 3 / 6, label: '08:01:30' },
      { at: 4 / 6, label: '08:02:00' },
      { at: 5 / 6, label: '08:02:30' },
      { at: 1, label: '08:03:00' },
    ])
  })
})

describe('values', () => {
  test.each([
    ['share', 0.0123, '1.23 %'],
    ['seconds', 0.084, '84 ms'],
    ['seconds', 42, '42 s'],
    ['seconds', 1_800, '30 min'],
    ['bytes', 157_286_400, '150 MiB'],
    ['count', 3, '3'],
    ['requests-per-second', 1_204.4, '1,204 requests/s'],
  ] as const)('%s of %d is read as %s', (unit, value, words) => {
    expect(valueInWords(value, unit)).toBe(words)
  })

  test('what can be below 0 has 0 in the middle', () => {
    const scale = signedScale(-30, 100)
    expect(scale.at(0)).toBeCloseTo(0.5)
    expect(scale.at(-30)).toBeLessThan(0.5)
    expect(signedScale(0, 100).at(0)).toBe(0)
  })

  test('parts of a whole stand on each other, also beside a part that is not known', () => {
    const layers = stackOf([
      { name: 'running', values: [3, null] },
      { name: 'failed', values: [1, 2] },
    ])
    expect(layers).toEqual([
      { bottoms: [0, null], tops: [3, null] },
      { bottoms: [3, 0], tops: [4, 2] },
    ])
  })
})

describe('series', () => {
  test('are named by their labels', () => {
    const query = { expr: 'up', legend: '{{method}} {{route}}' }
    expect(seriesName(query, { method: 'GET', route: '/api/v1/products' })).toBe('GET /api/v1/products')
    expect(seriesName(query, { method: 'GET' })).toBe('GET')
  })

  test('of a service have its colour, and its pods differ by their dashes', () => {
    const [first, second, other] = stylesOf(['user-management-1', 'user-management-2', 'GET /'])
    expect(first?.colour).toBe(second?.colour)
    expect(first?.dash).not.toBe(second?.dash)
    expect(other?.colour).not.toBe(first?.colour)
  })
})

const panel = (more: Partial<Panel>): Panel => ({
  title: 'Request Rate',
  description: 'Requests a second.',
  unit: 'requests-per-second',
  queries: [{ expr: 'sum(rate(x[1m]))', legend: '{{service}}' }],
  ...more,
})

const pageOf = (data: PanelData): string => {
  const board: Board = {
    uid: 'shopctl-overview',
    title: 'E-Commerce Overview',
    description: 'Is the shop well?',
    service: null,
    variables: [],
    rows: [{ title: 'Shop', panels: [data.panel] }],
  }
  return renderPreview({ environment: 'local', grid, boards: [{ board, panels: [data] }] })
}

const series = (name: string, values: NamedSeries['values']): NamedSeries => ({ name, values })

describe('the page', () => {
  test('shows a panel with its title, unit, legend and description', () => {
    const page = pageOf({
      asked: ['sum(rate(x[1m]))'],
      panel: panel({}),
      series: [series('user-management', [1, 2, 3, 4])],
    })
    for (const words of ['Request Rate', 'requests/s', 'user-management: 4 requests/s', 'Requests a second.']) {
      expect(page).toContain(words)
    }
    expect(page).toContain('class="line of-users"')
  })

  test.each([
    ['nothing was found', []],
    ['nothing that was found is a number', [series('a', [null, null, null, null])]],
  ])('says that there is no data where %s, and what was asked', (_, found) => {
    const page = pageOf({ asked: ['sum(rate(x[1m]))'], panel: panel({}), series: found })
    expect(page).toContain('No data in this time.')
    expect(page).toContain('sum(rate(x[1m]))')
    expect(page).not.toContain('<path class="line')
  })

  test('interrupts a line where nothing is known, and never draws a zero there', () => {
    const page = pageOf({ asked: ['sum(rate(x[1m]))'], panel: panel({}), series: [series('a', [1, null, 3, 4])] })
    expect(/<path class="line[^>]* d="([^"]*)"/.exec(page)?.[1]?.match(/M/g)).toHaveLength(2)
  })

  test('a label that is markup stays text', () => {
    const page = pageOf({
      asked: ['sum(rate(x[1m]))'],
      panel: panel({}),
      series: [series('<script>alert(1)</script>', [1, 1, 1, 1])],
    })
    expect(page).not.toContain('<script>')
  })

  test('a limit near what is drawn is a line, and one far above it only words', () => {
    const limited = panel({ limit: { label: 'objective', value: 10 } })
    expect(pageOf({ asked: ['sum(rate(x[1m]))'], panel: limited, series: [series('a', [1, 2, 3, 4])] })).toContain(
      'objective: 10 requests/s</li>',
    )
    const low = pageOf({ asked: ['sum(rate(x[1m]))'], panel: limited, series: [series('a', [0.1, 0.1, 0.1, 0.1])] })
    expect(low).toContain('above what is drawn')
  })

  test('what is so now is bars, the least first', () => {
    const bars = panel({ drawn: 'bars', unit: 'share' })
    const page = pageOf({
      asked: ['sum(rate(x[1m]))'],
      panel: bars,
      series: [series('plenty', [1, 1, 1, 0.9]), series('spent', [1, 1, 1, -0.2])],
    })
    expect(page.indexOf('spent')).toBeLessThan(page.indexOf('plenty'))
    expect(page).toContain('-20 %')
    expect(page).not.toContain('width="-')
  })
})
