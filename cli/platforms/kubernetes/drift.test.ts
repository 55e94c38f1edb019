import { expect, test } from 'vitest'
import type { FieldDifference } from '../platform.ts'
import { driftOf } from './drift.ts'
import type { KubeObject } from './kube-client.ts'
import { subsetChanges } from './subset-changes.ts'
import { applied, sample } from './testing/sample-objects.ts'

const container = (fields: Readonly<Record<string, unknown>>) => ({
  template: { containers: [{ name: 'server', ...fields }] },
})

test.each([
  ['an amount in other words', { cpu: '1000m' }, { cpu: '1' }],
  ['a number as a word', { port: 8080 }, { port: '8080' }],
  ['what is empty and left out', { env: [], command: null, labels: {} }, {}],
  ['a default of the server', { image: 'a' }, { image: 'a', terminationMessagePath: '/dev/termination-log' }],
  [
    'a container that was put in before',
    container({}),
    { template: { containers: [{ name: 'x' }, { name: 'server' }] } },
  ],
])('%s is no drift', (_, recorded, live) => {
  expect(subsetChanges(recorded, live)).toEqual([])
})

test.each([
  ['another value', { image: 'a' }, { image: 'b' }],
  ['a field that went', { image: 'a' }, {}],
  ['a field that went where absent means true', { allowPrivilegeEscalation: false }, {}],
  ['no pods at all', { replicas: 2 }, { replicas: 0 }],
  ['a list that was emptied', { args: ['a'] }, { args: [] }],
])('%s is drift', (_, recorded, live) => {
  expect(subsetChanges(recorded, live)).toHaveLength(1)
})

const byKubectl = (fieldsV1: unknown, subresource = '') => ({
  manager: 'kubectl-edit',
  operation: 'Update',
  subresource,
  time: '2026-11-22T10:00:00Z',
  fieldsV1,
})
const inLine = ({ object, path, from, to, by }: FieldDifference) => `${object}  ${path}  ${from} → ${to}, by ${by}`
const lines = (recorded: KubeObject, live: KubeObject | null) => driftOf(recorded, live).map(inLine)

test('who changed a field is named, with the time', () => {
  const live = sample('Deployment', {
    spec: { replicas: 5, paused: true },
    managedFields: [applied, byKubectl({ 'f:spec': { 'f:replicas': {} } }, 'scale')],
  })
  expect(lines(sample('Deployment', { spec: { replicas: 2 } }), live)).toEqual([
    'Deployment orders  .spec.replicas  2 → 5, by kubectl-edit at 2026-11-22T10:00:00Z',
  ])
})

test('what somebody added is drift; what a controller or an autoscaler wrote is not', () => {
  const recorded = sample('Deployment', { spec: { template: { containers: [{ name: 'server' }] } } })
  const live = sample('Deployment', {
    spec: {
      replicas: 4,
      paused: true,
      template: { containers: [{ name: 'server', env: [{ name: 'DEBUG', value: '1' }] }] },
    },
    managedFields: [
      applied,
      { ...byKubectl({ 'f:spec': { 'f:replicas': {} } }, 'scale'), manager: 'kube-controller-manager' },
      { ...byKubectl({ 'f:spec': { 'f:paused': {} } }), manager: 'kube-controller-manager' },
      byKubectl({
        'f:spec': {
          'f:template': {
            'f:containers': { 'k:{"name":"server"}': { 'f:env': { 'k:{"name":"DEBUG"}': { 'f:value': {} } } } },
          },
        },
      }),
    ],
  })
  expect(lines(recorded, live)).toEqual([
    'Deployment orders  .spec.template.containers[server].env[DEBUG].value  null → 1, by kubectl-edit at 2026-11-22T10:00:00Z',
  ])
})

const peer = (service: string) => ({ podSelector: { matchLabels: { 'shopctl.dev/service': service } } })
const policy = (from: readonly unknown[], managedFields: readonly unknown[] = []) =>
  sample('NetworkPolicy', { spec: { podSelector: {}, ingress: [{ from, ports: [{ port: 8080 }] }] }, managedFields })

test('what somebody put into a list that the server keeps as one is drift', () => {
  const byHand = byKubectl({ 'f:spec': { 'f:ingress': {} } })
  const live = policy([peer('edge'), peer('guest')], [applied, byHand])
  expect(lines(policy([peer('edge')]), live)).toEqual([
    'NetworkPolicy orders  .spec.ingress[0].from[1]  null → {"podSelector":{"matchLabels":{"shopctl.dev/service":"guest"}}}, by kubectl-edit at 2026-11-22T10:00:00Z',
  ])
  const open = { podSelector: {}, ingress: [{ from: [peer('edge')], ports: [{ port: 8080 }] }, {}] }
  const letsAllIn = sample('NetworkPolicy', { spec: open, managedFields: [byHand] })
  expect(lines(policy([peer('edge')]), letsAllIn)).toEqual([
    'NetworkPolicy orders  .spec.ingress[1]  null → {}, by kubectl-edit at 2026-11-22T10:00:00Z',
  ])
})

test('what somebody narrowed by a selector is drift, a default of the server in a list is none', () => {
  const recorded = policy([peer('edge')])
  const byHand = byKubectl({ 'f:spec': { 'f:podSelector': {}, 'f:ingress': {} } })
  const spec = {
    podSelector: { matchLabels: { tier: 'none' } },
    ingress: [{ from: [peer('edge')], ports: [{ port: 8080, protocol: 'TCP' }] }],
  }
  expect(lines(recorded, sample('NetworkPolicy', { spec, managedFields: [applied, byHand] }))).toEqual([
    'NetworkPolicy orders  .spec.podSelector.matchLabels  null → {"tier":"none"}, by kubectl-edit at 2026-11-22T10:00:00Z',
  ])
})

test('an object that is gone is said to be gone', () => {
  expect(lines(sample('Service'), null)).toEqual(['Service orders    there → null, by null'])
})

test('values of a Secret are not told', () => {
  const told = driftOf(sample('Secret', { data: { KEY: 'canary' } }), sample('Secret', { data: { KEY: 'canary-2' } }))
  expect(told).toHaveLength(1)
  expect(JSON.stringify(told)).not.toContain('canary')
})
