import { expect, test } from 'vitest'
import { inDeleteOrder, namedSettings, planPrune } from './inventory.ts'
import { applied, sample, written } from './testing/sample-objects.ts'

const managedFields = [applied]
const none = { wanted: [], kept: [] }

test('what no release wants any more goes', () => {
  const live = [sample('Deployment', { name: 'old', managedFields }), sample('Deployment', { managedFields })]
  const goes = planPrune({ live, wanted: [sample('Deployment')], kept: [] })
  expect(goes.map(({ metadata }) => metadata.name)).toEqual(['old'])
})

test.each([
  ['somebody else made', sample('Deployment', { managedFields: [{ ...applied, manager: 'helm' }] })],
  ['carries our label and was never applied by us', sample('ConfigMap', { managedFields: [written] })],
  ['has lost our label', { ...sample('Service', { managedFields }), metadata: { name: 'orders', managedFields } }],
  ['holds data', sample('PersistentVolumeClaim', { managedFields })],
  ['is the lock', sample('Lease', { managedFields })],
  ['is a Job', sample('Job', { managedFields })],
  ['releases stand on', sample('Service', { labels: { 'app.kubernetes.io/component': 'database' }, managedFields })],
])('what %s stays', (_, object) => {
  expect(planPrune({ live: [object], ...none })).toEqual([])
})

test('settings stay for as long as a release that can be gone back to names them', () => {
  const live = [
    sample('Secret', { name: 'orders-secrets-1', managedFields }),
    sample('ConfigMap', { name: 'orders-settings-1', managedFields }),
    sample('ConfigMap', { name: 'orders-settings-0', managedFields }),
  ]
  const pods = { containers: [{ envFrom: [{ secretRef: { name: 'orders-secrets-1' } }] }] }
  const kept = [
    sample('Deployment', { name: 'former', spec: { template: { spec: pods } } }),
    sample('ConfigMap', { name: 'orders-settings-1' }),
  ]
  const former = sample('Deployment', { name: 'former', managedFields })
  const goes = planPrune({ live: [...live, former], wanted: [], kept })
  expect(goes.map(({ metadata }) => metadata.name)).toEqual(['orders-settings-0', 'former'])
})

test('every way to name a ConfigMap or a Secret is known', () => {
  const spec = {
    volumes: [
      { configMap: { name: 'a' } },
      { secret: { secretName: 'b' } },
      { projected: { sources: [{ secret: { name: 'c' } }, { configMap: { name: 'd' } }] } },
    ],
    containers: [
      {
        envFrom: [{ configMapRef: { name: 'e' } }, { secretRef: { name: 'f' } }],
        env: [
          { valueFrom: { secretKeyRef: { name: 'g', key: 'k' } } },
          { valueFrom: { configMapKeyRef: { name: 'h' } } },
        ],
      },
    ],
  }
  expect(namedSettings(spec).toSorted()).toEqual([
    'ConfigMap/a',
    'ConfigMap/d',
    'ConfigMap/e',
    'ConfigMap/h',
    'Secret/b',
    'Secret/c',
    'Secret/f',
    'Secret/g',
  ])
})

test('the front goes before the back', () => {
  const kinds = ['Service', 'ConfigMap', 'Deployment', 'Ingress'].map((kind) => sample(kind))
  expect(inDeleteOrder(kinds).map((group) => group.map(({ kind }) => kind))).toEqual([
    ['Ingress'],
    ['Deployment'],
    ['Service'],
    ['ConfigMap'],
  ])
})
