import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { makersOf, refuseConflicts, refuseForeign } from './apply-refusals.ts'
import { applied, sample, written } from './testing/sample-objects.ts'

const helm = { manager: 'helm', operation: 'Update', time: '2026-11-22T10:00:00Z' }
const controller = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status' }

test('who made an object is told without the controllers that only work on it', () => {
  expect(makersOf(sample('Service', { managedFields: [helm, controller] }))).toBe('helm (last at 2026-11-22T10:00:00Z)')
  expect(makersOf(sample('Service', { managedFields: [controller] }))).toBe('somebody who left no name')
})

test.each([
  ['we applied', sample('Service', { managedFields: [applied, helm] })],
  ['we wrote', sample('ConfigMap', { managedFields: [written] })],
  ['is not there', null],
  ['is a namespace, whoever made it', sample('Namespace', { managedFields: [helm] })],
])('what %s is not foreign', (_, live) => {
  expect(() => refuseForeign([{ object: sample('Service'), live }], 'dev')).not.toThrow()
})

test('what somebody else made is foreign, our label or not', () => {
  const live = sample('Service', { managedFields: [helm] })
  expect(() => refuseForeign([{ object: sample('Service'), live }], 'dev')).toThrow(/not make/)
})

const conflict = (why: string) =>
  new ShopctlError({ code: 'FIELD_CONFLICT', outcome: 'refused', what: 'x', why: [why] })

test('all conflicts are one refusal', () => {
  const thrown = () => refuseConflicts([conflict('Deployment a: .x'), conflict('Deployment b: .y')], 'dev')
  expect(thrown).toThrow(expect.objectContaining({ why: ['Deployment a: .x', 'Deployment b: .y'] }))
})

test('a refusal of another kind is not taken for a conflict', () => {
  const invalid = new ShopctlError({ code: 'OBJECT_INVALID', outcome: 'refused', what: 'y' })
  expect(() => refuseConflicts([conflict('a'), invalid], 'dev')).toThrow(invalid)
  expect(() => refuseConflicts([], 'dev')).not.toThrow()
})
