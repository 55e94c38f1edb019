import { expect, test } from 'vitest'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { isAlert } from '../rules/rule.ts'
import { ruleFiles } from '../rules/rule-files.ts'
import { metricNamesIn } from '../testing/metric-names-in.ts'
import { metricCatalogue } from './catalogue.ts'
import { seriesNames } from './metric.ts'

const targets: readonly RenderTarget[] = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop' } },
]
const rulesOf = (target: RenderTarget) =>
  ruleFiles(target).flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))

test('a metric is listed once', () => {
  const names = metricCatalogue.map(({ name }) => name)
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
})

test.each(targets)('X21: rules for $environment read only what somebody exports or another rule records', (target) => {
  const rules = rulesOf(target)
  const known = new Set([
    ...metricCatalogue.flatMap(seriesNames),
    ...rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])),
  ])
  const read = rules.flatMap(({ expr }) => metricNamesIn(expr))
  expect(read.length).toBeGreaterThan(rules.length)
  expect(read.filter((name) => !known.has(name))).toEqual([])
})

test('rules of this machine read nothing that only a cluster has', () => {
  const [local] = targets
  const foreign = metricCatalogue.filter(({ exporter }) => !['service', 'runtime', 'prometheus'].includes(exporter))
  const names = new Set(foreign.flatMap(seriesNames))
  const read = local === undefined ? [] : rulesOf(local).flatMap(({ expr }) => metricNamesIn(expr))
  expect(read.filter((name) => names.has(name))).toEqual([])
})
