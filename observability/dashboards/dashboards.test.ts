import { expect, test } from 'vitest'
import { z } from 'zod'
import { serviceNames, services } from '../../services/registry.ts'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { countedRoutes } from '../rules/selectors.ts'
import { boardsFor } from './boards/boards.ts'
import { dashboardsFolder } from './grafana/provisioning.ts'
import { renderDashboards } from './render-dashboards.ts'
import { serviceColours, serviceOfSeries } from './service-colours.ts'
import { targets } from './testing/targets.ts'

const panelSchema = z.object({
  type: z.string(),
  id: z.int(),
  title: z.string().min(1),
  description: z.string().min(20),
  datasource: z.object({ uid: z.literal('shopctl-prometheus') }),
  targets: z.array(z.object({ expr: z.string().min(1), legendFormat: z.string().min(1), refId: z.string() })).min(1),
  options: z.object({ legend: z.object({ showLegend: z.literal(true) }) }),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.string().min(1) }),
    overrides: z.array(
      z.object({
        matcher: z.object({ id: z.literal('byRegexp'), options: z.string() }),
        properties: z.tuple([z.object({ id: z.literal('color'), value: z.object({ fixedColor: z.string() }) })]),
      }),
    ),
  }),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
})
const headingSchema = z.object({ type: z.literal('row'), id: z.int(), title: z.string().min(1) })
const dashboardSchema = z.object({
  uid: z.string().max(40),
  title: z.string(),
  refresh: z.string(),
  timepicker: z.object({ hidden: z.boolean().default(false) }),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  annotations: z.object({ list: z.array(z.looseObject({ name: z.string(), enable: z.boolean() })) }),
  links: z.array(z.looseObject({ type: z.string() })),
  panels: z.array(z.union([headingSchema, panelSchema])),
})
type ReadPanel = z.infer<typeof panelSchema>

const isPanel = (panel: z.infer<typeof headingSchema> | ReadPanel): panel is ReadPanel => panel.type !== 'row'

const dashboardsOf = (target: RenderTarget) =>
  renderDashboards(target)
    .filter(({ path }) => path.startsWith('grafana/dashboards/'))
    .map(({ text }) => dashboardSchema.parse(JSON.parse(text)))

const everywhere = targets.map((target) => [target.environment, target] as const)

test('addresses of dashboards are what they always were', () => {
  for (const [, target] of everywhere) {
    expect(dashboardsOf(target).map(({ uid }) => uid)).toEqual([
      'shopctl-overview',
      'shopctl-error-budgets',
      'shopctl-orders-and-money',
      'shopctl-saga-and-events',
      'shopctl-service-user-management',
      'shopctl-service-product-catalog',
      'shopctl-service-order-management',
      'shopctl-capacity',
    ])
  }
})

// The schema above holds it: a panel without a unit, a legend or a description does not parse.
test.each(everywhere)('no panel of %s is without unit, legend and description', (_, target) => {
  const panels = dashboardsOf(target).flatMap((dashboard) => dashboard.panels.filter(isPanel))
  expect(panels.length).toBeGreaterThan(100)
})

test.each(everywhere)('B-16: the overview of %s has its six panels and nothing else', (_, target) => {
  const overview = dashboardsOf(target).find(({ title }) => title === 'E-Commerce Overview')
  expect(overview?.panels.map(({ title }) => title)).toEqual([
    'Request Rate',
    'Error Rate',
    'Response Time P95',
    'CPU Usage',
    'Memory Usage',
    'Pod Status',
  ])
})

test.each(everywhere)(
  'B-18: dashboards of %s refresh, are chosen by, show releases and lead to each other',
  (_, target) => {
    for (const dashboard of dashboardsOf(target)) {
      expect(dashboard).toMatchObject({ refresh: '30s', timepicker: { hidden: false } })
      expect(dashboard.links).toMatchObject([
        { type: 'dashboards', tags: ['shopctl'], includeVars: true, keepTime: true },
      ])
      expect(dashboard.annotations.list).toMatchObject([
        {
          name: 'Deploys',
          enable: true,
          target: { type: 'tags', tags: ['deploy', target.environment], matchAny: false },
        },
        { name: 'Rollbacks', enable: true, target: { type: 'tags', tags: ['rollback', target.environment] } },
        { name: 'Alerts' },
      ])
    }
    const [overview] = dashboardsOf(target)
    const variables = overview?.templating.list.map(({ name, query }) => [name, query])
    expect(variables).toEqual([
      ['namespace', expect.stringMatching(/^label_values\(up\{.*\}, namespace\)$/)],
      ['service', expect.stringMatching(/^label_values\(up\{.*namespace=~"\$namespace".*\}, service\)$/)],
      ['pod', expect.stringMatching(/^label_values\(up\{.*service=~"\$service".*\}, pod\)$/)],
    ])
  },
)

test.each([
  [targets[0], 'local', 'local'],
  [
    {
      environment: 'prod',
      discovery: {
        kind: 'kubernetes',
        namespace: 'shop-prod',
        neighbours: [{ environment: 'staging', namespace: 'shop-trial' }],
      },
    },
    'shop-prod',
    'shop-prod|shop-trial',
  ],
] as const)('namespaces of $0.environment are those of the shop, and its own comes first', (target, own, all) => {
  for (const { templating } of dashboardsOf(target)) {
    const namespace = templating.list.find(({ name }) => name === 'namespace')
    if (namespace === undefined) continue
    expect(namespace).toMatchObject({ allValue: all, current: { text: [own], value: [own] } })
    expect(namespace.query).toContain(`namespace=~"${all}"`)
  }
})

test('the overview counts what alerts count: neither probes nor addresses that nobody has', () => {
  const [overview] = dashboardsOf(targets[1])
  const asked = (overview?.panels ?? [])
    .filter(isPanel)
    .flatMap((panel) => panel.targets.map(({ expr }) => expr))
    .flatMap((expr) => [...expr.matchAll(/http_request_duration_seconds_\w+\{[^}]*\}/g)].map(([series]) => series))
  expect(asked.length).toBeGreaterThanOrEqual(4)
  expect(asked.filter((series) => !series.includes(countedRoutes))).toEqual([])
})

test('a dashboard of a service has that service and no other, whatever a link brings', () => {
  for (const { title, templating } of dashboardsOf(targets[0])) {
    const service = templating.list.find(({ name }) => name === 'service')
    if (!title.startsWith('Service: ')) continue
    expect(service).toMatchObject({ type: 'constant', query: title.slice('Service: '.length) })
  }
})

test.each(everywhere)('an expression of %s asks for no variable that its dashboard does not have', (_, target) => {
  const unknown = dashboardsOf(target).flatMap(({ title, templating, panels }) => {
    const known = ['__rate_interval', ...templating.list.map(({ name }) => name)]
    const asked = panels.filter(isPanel).flatMap((panel) => panel.targets.flatMap(({ expr }) => variablesIn(expr)))
    return asked.filter((name) => !known.includes(name)).map((name) => `${title}: $${name}`)
  })
  expect(unknown).toEqual([])
})

const variablesIn = (expr: string): readonly string[] => [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name ?? '')

test('a service has the same colour wherever it is shown, and no other has it', () => {
  const seen = new Set(
    everywhere
      .flatMap(([, target]) => dashboardsOf(target))
      .flatMap(({ panels }) => panels.filter(isPanel))
      .flatMap(({ fieldConfig }) => fieldConfig.overrides)
      .map(({ matcher, properties }) => `${matcher.options} ${properties[0].value.fixedColor}`),
  )
  expect(seen.size).toBe(serviceNames.length)
  expect(new Set(serviceNames.map((name) => serviceColours[name].light)).size).toBe(serviceNames.length)
})

test.each([
  ...serviceNames.map((name) => [services[name].longName, name] as const),
  ['order-management-7d9f8c5b4-x2x9k', 'orders'],
  ['orders-1', 'orders'],
  ['orders (process 4711)', 'orders'],
  ['ordersmith', null],
  ['POST /api/v1/orders', null],
] as const)('a series named "%s" is of %s', (name, service) => {
  expect(serviceOfSeries(name)).toBe(service)
})

test.each(everywhere)('panels of %s lie beside each other, and each has a number of its own', (_, target) => {
  for (const { panels } of dashboardsOf(target)) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const places = panels.filter(isPanel).map(({ gridPos: { x, y } }) => `${x},${y}`)
    expect(new Set(places).size).toBe(places.length)
  }
})

test.each(everywhere)('%s has no two panels of one title on one dashboard: people name them', (_, target) => {
  for (const { rows } of boardsFor(target)) {
    const titles = rows.flatMap(({ panels }) => panels.map(({ title }) => title))
    expect(new Set(titles).size).toBe(titles.length)
  }
})

const provisioned = (target: RenderTarget, name: string): string =>
  renderDashboards(target).find(({ path }) => path === `grafana/provisioning/${name}/shopctl.yml`)?.text ?? ''

test('NOTE-20: Loki is provisioned where there is an address, and nowhere else', () => {
  const target: RenderTarget = { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop-prod' } }
  expect(provisioned(target, 'datasources')).not.toContain('loki')
  expect(provisioned({ ...target, lokiUrl: 'http://loki:3100' }, 'datasources')).toContain('url: http://loki:3100')
})

test('B-17: metrics come from Prometheus, logs from Elasticsearch, and locally from where shopctl started it', () => {
  const target: RenderTarget = { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop-prod' } }
  const sources = provisioned(target, 'datasources')
  expect(sources).toContain('url: http://prometheus.monitoring.svc:9090')
  expect(sources).toContain('url: http://elasticsearch.logging.svc:9200')
  const local: RenderTarget = { environment: 'local', discovery: localDiscovery('targets.json') }
  expect(provisioned(local, 'datasources')).toContain('url: http://127.0.0.1:9090')
  expect(provisioned(local, 'datasources')).not.toContain('elasticsearch')
  expect(provisioned(local, 'dashboards')).toContain(`path: ${dashboardsFolder}`)
})
