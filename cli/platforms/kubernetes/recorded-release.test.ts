import { expect, test } from 'vitest'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { KubeObject } from './kube-client.ts'
import { objectsToApply, objectsToRetire } from './recorded-release.ts'
import { applied, sample } from './testing/sample-objects.ts'

type Json = ReleaseRecord['shared']

const managedFields = [applied]
const deployment = (name: string): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    template: {
      metadata: { labels: { 'shopctl.dev/template': 'one' } },
      spec: { containers: [{ image: 'registry.example/orders' }] },
    },
  },
})

const record = (manifest: Json, shared: Json = null): ReleaseRecord => ({
  schema: 'shopctl.release/1',
  number: 4,
  environment: 'dev',
  kind: 'deploy',
  state: 'succeeded',
  services: { orders: { digest: `sha256:${'0'.repeat(64)}`, settingsHash: '', migrationsHash: '', manifest } },
  shared,
  scans: [],
  commit: null,
  promotedFrom: null,
  who: 'somebody',
  why: null,
  startedAt: '2026-11-22T10:00:00Z',
  finishedAt: null,
  previous: null,
  restores: null,
  steps: [],
  migrations: [],
  culprits: [],
  verdict: null,
  evidence: [],
  failure: null,
})

const readable = record([deployment('orders')])
const unreadable: readonly (readonly [string, ReleaseRecord, RegExp])[] = [
  ['that is no list', record({ objects: [] }), /^orders: /],
  ['with one object that does not read', record([deployment('orders'), { kind: 'Service' }]), /^orders: /],
  ['without a Deployment', record([]), /^orders: /],
  ['whose common objects do not read', record([deployment('orders')], [{ kind: 'Ingress' }]), /no single service/],
]

test.each(unreadable)('a record %s is not applied', (_, release, why) => {
  expect(() => objectsToApply(release)).toThrow(
    expect.objectContaining({ code: 'RECORD_UNREADABLE', exitCode: 3, why: [expect.stringMatching(why)] }),
  )
})

test('a record that reads is applied whole', () => {
  expect(objectsToApply(readable).map(({ metadata }) => metadata.name)).toEqual(['orders'])
})

const live: readonly KubeObject[] = [
  sample('Deployment', { name: 'orders', managedFields }),
  sample('Deployment', { name: 'old', managedFields }),
  sample('ConfigMap', { name: 'old-settings', managedFields }),
]
const goes = (keep: ReleaseRecord | null, records: readonly ReleaseRecord[] = []) =>
  objectsToRetire({ keep, records, live }).map(({ metadata }) => metadata.name)

test.each(unreadable)('nothing goes where the release that stays has a record %s', (_, release) => {
  expect(goes(release)).toEqual([])
})

test('what no release needs goes, and settings only where every record tells what it needs', () => {
  expect(goes(readable, [readable])).toEqual(['old', 'old-settings'])
  expect(goes(readable, [readable, record(null)])).toEqual(['old'])
  expect(goes(null, [readable])).toEqual(['orders', 'old', 'old-settings'])
})
