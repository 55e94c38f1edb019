import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { localDiscovery, type RenderTarget } from '../render-target.ts'
import { renderPrometheus } from './render-prometheus.ts'
import { prometheusStorage } from './storage.ts'

const configOf = (target: RenderTarget) => parse(renderPrometheus(target)[0]?.text ?? '')
const trial = { environment: 'staging', namespace: 'shop-trial' } as const
const prod: RenderTarget = {
  environment: 'prod',
  discovery: { kind: 'kubernetes', namespace: 'shop', neighbours: [trial] },
}
const cluster = configOf(prod)
const local = configOf({
  environment: 'local',
  discovery: { ...localDiscovery('/state/targets.json'), prometheus: '127.0.0.1:1', alertmanager: '127.0.0.1:2' },
})
type Job = { readonly job_name: string; readonly relabel_configs?: readonly Readonly<Record<string, unknown>>[] }
const jobNames = ({ scrape_configs }: { scrape_configs: readonly Job[] }) =>
  scrape_configs.map(({ job_name }) => job_name)

test('B-2: a cluster has the seven jobs, this machine those that it can have', () => {
  expect(jobNames(cluster)).toEqual([
    'prometheus',
    'kubernetes-apiservers',
    'kubernetes-nodes',
    'kubernetes-pods',
    'user-management',
    'product-catalog',
    'order-management',
  ])
  expect(jobNames(local)).toEqual(['prometheus', 'user-management', 'product-catalog', 'order-management'])
})

test.each([
  ['a cluster', cluster],
  ['this machine', local],
])('B-1: %s scrapes and judges every 15 s', (_, { global, scrape_configs }) => {
  expect(global).toMatchObject({ scrape_interval: '15s', evaluation_interval: '15s' })
  for (const job of scrape_configs) expect(job).not.toHaveProperty('scrape_interval')
})

test('B-1: 15 days are kept, on a volume of 50 GB that never gets full', () => {
  expect(prometheusStorage).toMatchObject({ path: '/prometheus/data', retentionDays: 15, volumeGigabytes: 50 })
  expect(prometheusStorage.retentionGigabytes).toBeLessThan(prometheusStorage.volumeGigabytes)
})

test('series of a pod are called by namespace, service and pod', () => {
  const job = cluster.scrape_configs.find(({ job_name }: Job) => job_name === 'order-management')
  expect(job.kubernetes_sd_configs).toEqual([{ role: 'pod', namespaces: { names: ['shop', 'shop-trial'] } }])
  const set = job.relabel_configs.flatMap((one: Record<string, unknown>) =>
    one.target_label === undefined ? [] : [[one.target_label, one.replacement ?? one.source_labels]],
  )
  expect(set).toEqual([
    ['namespace', ['__meta_kubernetes_namespace']],
    ['pod', ['__meta_kubernetes_pod_name']],
    ['service', 'order-management'],
  ])
})

test('who speaks of other pods keeps their names', () => {
  const speakers = cluster.scrape_configs.filter((job: Record<string, unknown>) => job.honor_labels === true)
  expect(speakers.map(({ job_name }: Job) => job_name)).toEqual(['kubernetes-pods'])
})

test('an alert names the environment of its namespace, whichever of a cluster was applied last', () => {
  const fromStaging = configOf({
    environment: 'staging',
    discovery: {
      kind: 'kubernetes',
      namespace: trial.namespace,
      neighbours: [{ environment: 'prod', namespace: 'shop' }],
    },
  })
  for (const { global, alerting } of [cluster, fromStaging]) {
    expect(global.external_labels).toEqual({ environment: 'prod' })
    expect(alerting.alert_relabel_configs).toEqual([
      { source_labels: ['namespace'], regex: 'shop-trial', target_label: 'environment', replacement: 'staging' },
    ])
  }
  expect(local.alerting).not.toHaveProperty('alert_relabel_configs')
})

test('here each service has its processes of the one file, and Alertmanager is where it was started', () => {
  expect(local.scrape_configs[1]).toEqual({
    job_name: 'user-management',
    file_sd_configs: [{ files: ['/state/targets.json'], refresh_interval: '5s' }],
    relabel_configs: [{ source_labels: ['service'], regex: 'user-management', action: 'keep' }],
  })
  expect(local.scrape_configs[0].static_configs).toEqual([{ targets: ['127.0.0.1:1'] }])
  expect(local.alerting.alertmanagers).toEqual([{ static_configs: [{ targets: ['127.0.0.1:2'] }] }])
})
