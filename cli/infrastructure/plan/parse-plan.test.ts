import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { planJson } from '../testing/plans/read-plan.ts'
import { parsePlan } from './parse-plan.ts'

const refusalOf = (json: unknown): unknown => {
  try {
    return parsePlan(json)
  } catch (error) {
    return error
  }
}
const withActions = (actions: readonly string[]) => ({
  format_version: '1.2',
  resource_changes: [{ address: 'aws_vpc.main', type: 'aws_vpc', name: 'main', change: { actions } }],
})

test('a plan is read, and what is not known in it is left alone', () => {
  const json = planJson('replaced')
  const more = typeof json === 'object' && json !== null ? { ...json, of_tomorrow: [1, 2] } : {}
  expect(parsePlan(more).resource_changes.map(({ address }) => address)).toContain('aws_db_instance.main')
})

test('a plan in which nothing changes has no lists at all', () => {
  expect(parsePlan({ format_version: '1.2' })).toMatchObject({ resource_changes: [], resource_drift: [] })
})

test.each([
  ['another format', { ...withActions(['create']), format_version: '2.0' }],
  ['no format', { resource_changes: [] }],
  ['no JSON object', 'Terraform used the selected providers'],
  ['an action of tomorrow', withActions(['evaporate'])],
  ['no action', withActions([])],
  ['a plan that is not complete', { ...withActions(['create']), errored: true }],
])('%s is refused and never judged as harmless', (_, json) => {
  const refusal = refusalOf(json)
  expect(refusal).toBeInstanceOf(ShopctlError)
  expect(refusal).toMatchObject({ code: 'PLAN_UNREADABLE', outcome: 'refused' })
})
