import { expect, test } from 'vitest'
import type { FieldDifference } from '../platform.ts'
import { differencesOf, differencesOfPlan } from './diff-objects.ts'
import type { KubeObject } from './kube-client.ts'
import { sample } from './testing/sample-objects.ts'

const deployment = (image: string, env: readonly unknown[] = []): KubeObject =>
  sample('Deployment', { spec: { template: { spec: { containers: [{ name: 'server', image, env }] } } } })

const inLine = ({ object, path, from, to }: FieldDifference) => `${object}  ${path}  ${from} → ${to}`
const lines = (live: KubeObject | null, after: KubeObject) => differencesOf(live, after).map(inLine)

test('a changed field is told with its list item by name', () => {
  expect(lines(deployment('a'), deployment('b'))).toEqual([
    'Deployment orders  .spec.template.spec.containers[server].image  a → b',
  ])
})

test('the order of variables is no difference, one that comes or goes is', () => {
  const one = { name: 'ONE', value: '1' }
  const two = { name: 'TWO', value: '2' }
  expect(lines(deployment('a', [one, two]), deployment('a', [two, one]))).toEqual([])
  expect(lines(deployment('a', [one]), deployment('a', [one, two]))).toEqual([
    'Deployment orders  .spec.template.spec.containers[server].env[TWO]  null → {"name":"TWO","value":"2"}',
  ])
})

test('what only the server writes is no difference', () => {
  const live = deployment('a')
  const after: KubeObject = {
    ...live,
    status: { replicas: 3 },
    metadata: {
      ...live.metadata,
      uid: 'u',
      generation: 2,
      resourceVersion: '7',
      managedFields: [{}],
      annotations: {
        'deployment.kubernetes.io/revision': '3',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      },
    },
  }
  expect(lines(live, after)).toEqual([])
})

test('a label that a person put on is a difference', () => {
  expect(lines(sample('Service'), sample('Service', { labels: { 'shop.example/team': 'blue' } }))).toEqual([
    'Service orders  .metadata.labels[shop.example/team]  null → blue',
  ])
})

test('values of a Secret are never told', () => {
  const before = sample('Secret', { data: { DATABASE_URL: 'canary-1', OLD: 'canary-2' } })
  const after = sample('Secret', { data: { DATABASE_URL: 'canary-3', NEW: 'canary-4' } })
  const told = differencesOf(before, after)
  expect(told.map(inLine)).toEqual([
    'Secret orders  .data.DATABASE_URL  (secret) → (another secret)',
    'Secret orders  .data.NEW  null → (secret)',
    'Secret orders  .data.OLD  (secret) → null',
  ])
  expect(JSON.stringify([...told, ...differencesOf(null, after)])).not.toContain('canary')
  const whole = differencesOf(sample('Secret'), after)
  expect(JSON.stringify(whole)).not.toContain('canary')
})

test('a plan is told in one order, also what goes and what is new', () => {
  const object = sample('Service', { name: 'new' })
  const planned = [{ object, sent: object, live: null, after: object }]
  expect(differencesOfPlan(planned, [sample('Deployment', { name: 'old' })]).map(inLine)).toEqual([
    'Deployment old    there → null',
    'Service new    null → new',
  ])
})
