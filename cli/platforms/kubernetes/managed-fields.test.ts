import { expect, test } from 'vitest'
import { renderPath } from './field-path.ts'
import { fieldOwners, isApplied, ownedPaths, ownersOfField } from './managed-fields.ts'
import { applied, sample, written } from './testing/sample-objects.ts'

const kubectl = {
  manager: 'kubectl-set',
  operation: 'Update',
  time: '2026-11-22T10:00:00Z',
  fieldsV1: {
    'f:spec': {
      'f:template': {
        'f:spec': {
          'f:containers': { 'k:{"name":"server"}': { 'f:env': { 'k:{"name":"DEBUG"}': { '.': {}, 'f:value': {} } } } },
        },
      },
    },
  },
}

const deployment = sample('Deployment', {
  managedFields: [{ ...applied, fieldsV1: { 'f:spec': { 'f:replicas': {} } } }, kubectl],
})
const variable = [
  'spec',
  'template',
  'spec',
  'containers',
  { by: 'name', value: 'server' },
  'env',
  { by: 'name', value: 'DEBUG' },
  'value',
]

test('an owner is found by the field, through named items', () => {
  expect(ownersOfField(deployment, variable).map(({ manager }) => manager)).toEqual(['kubectl-set'])
  expect(ownersOfField(deployment, ['spec', 'replicas']).map(({ manager }) => manager)).toEqual(['shopctl'])
  expect(ownersOfField(deployment, ['spec', 'paused'])).toEqual([])
})

test('what is owned as one is owned below too', () => {
  const ingress = sample('Ingress', { managedFields: [{ ...kubectl, fieldsV1: { 'f:spec': { 'f:rules': {} } } }] })
  expect(ownersOfField(ingress, ['spec', 'rules', 0, 'host'])).toHaveLength(1)
})

test('owned paths go down to the last named field', () => {
  expect(ownedPaths(kubectl.fieldsV1).map(renderPath)).toEqual([
    '.spec.template.spec.containers[server].env[DEBUG].value',
  ])
})

test('only what shopctl applied is applied; what it wrote is not', () => {
  expect(isApplied(sample('ConfigMap', { managedFields: [applied] }))).toBe(true)
  expect(isApplied(sample('ConfigMap', { managedFields: [written] }))).toBe(false)
  expect(isApplied(sample('ConfigMap', { managedFields: [{ ...applied, manager: 'helm' }] }))).toBe(false)
  expect(isApplied(sample('ConfigMap'))).toBe(false)
})

test('managed fields that are none are nobody’s', () => {
  expect(fieldOwners({ ...deployment, metadata: { name: 'x', managedFields: 'broken' } })).toEqual([])
})
