import { expect, test } from 'vitest'
import { services } from '../../services/registry.ts'
import { metricCatalogue } from '../metrics/catalogue.ts'
import { type Metric, seriesNames } from '../metrics/metric.ts'
import { isAlert } from '../rules/rule.ts'
import { ruleFiles } from '../rules/rule-files.ts'
import { metricNamesIn } from '../testing/metric-names-in.ts'
import { boardsFor } from './boards/boards.ts'
import { dashboardQueries } from './dashboard-queries.ts'
import type { Board, Query } from './panel.ts'
import { targets } from './testing/targets.ts'

const byName = new Map<string, Metric>(
  metricCatalogue.flatMap((metric) => seriesNames(metric).map((name) => [name, metric] as const)),
)

const recordedFor = (target: (typeof targets)[number]): ReadonlySet<string> =>
  new Set(
    ruleFiles(target).flatMap(({ groups }) =>
      groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))),
    ),
  )

const everyQuery = (board: Board): readonly (Query & { readonly panel: string })[] =>
  board.rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) => queries.map((query) => ({ ...query, panel: title }))),
  )

test.each(targets.map((target) => [target.environment, target] as const))(
  'X21: dashboards of %s name only metrics that somebody exports or a rule records',
  (_, target) => {
    const recorded = recordedFor(target)
    const unknown = dashboardQueries(target).flatMap(({ panel, expr }) =>
      metricNamesIn(expr).flatMap((name) => (byName.has(name) || recorded.has(name) ? [] : [`${panel}: ${name}`])),
    )
    expect(unknown).toEqual([])
  },
)

test.each(targets.map((target) => [target.environment, target] as const))(
  'every panel of %s has the name of a metric in it: the reading of names above finds them',
  (_, target) => {
    expect(dashboardQueries(target).filter(({ expr }) => metricNamesIn(expr).length === 0)).toEqual([])
  },
)

test('a dashboard of a service shows nothing that this service does not export', () => {
  const foreign = targets
    .flatMap(boardsFor)
    .filter(({ service }) => service !== null)
    .flatMap((board) =>
      everyQuery(board).flatMap(({ expr, panel }) =>
        metricNamesIn(expr)
          .filter((name) => byName.get(name)?.services.every((of) => services[of].longName !== board.service))
          .map((name) => `${board.title}, ${panel}: ${name}`),
      ),
    )
  expect(foreign).toEqual([])
})

/** Every series has them: of its target. */
const ofTarget = ['namespace', 'service', 'pod', 'job', 'instance']

test('what series are added up by and named by are labels that they have', () => {
  const wrong = targets.flatMap(boardsFor).flatMap((board) =>
    everyQuery(board).flatMap(({ expr, legend, panel }) => {
      const metrics = metricNamesIn(expr).flatMap((name) => byName.get(name) ?? [])
      if (metrics.length === 0) return []
      const known = new Set(['le', ...ofTarget, ...metrics.flatMap(({ labels }) => labels)])
      const asked = [...labelsGrouped(expr), ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '')]
      return asked.filter((label) => !known.has(label)).map((label) => `${panel}: ${label}`)
    }),
  )
  expect(wrong).toEqual([])
})

const labelsGrouped = (expr: string): readonly string[] =>
  [...expr.matchAll(/\bby *\(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */))

test('a name that the legend writes is a label that is left after adding up', () => {
  const lost = targets.flatMap(boardsFor).flatMap((board) =>
    everyQuery(board).flatMap(({ expr, legend, panel }) => {
      const kept = labelsGrouped(expr)
      if (kept.length === 0) return []
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '')
      return named.filter((label) => !kept.includes(label)).map((label) => `${panel}: ${label}`)
    }),
  )
  expect(lost).toEqual([])
})
