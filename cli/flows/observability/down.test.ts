import { describe, expect, test } from 'vitest'
import { downQuestion, groupsToStop } from './down.ts'

describe('what is stopped', () => {
  test('without names it is what only looks: load balancers, nodes and scaling go on', () => {
    expect(groupsToStop(undefined)).toEqual(['monitoring', 'logging'])
  })

  test('with names it is exactly those', () => {
    expect(groupsToStop(['ingress'])).toEqual(['ingress'])
  })
})

describe('the question', () => {
  const environment = 'prod'

  test('says what stops with each part', () => {
    expect(downQuestion({ environment, groups: ['ingress'], data: 'keep' })).toBe(
      'Stop ingress of prod? Until it is applied again new pods get no requests from the load balancer, no nodes are made and services do not scale.',
    )
  })

  test('says that data goes for good, and what stops as well', () => {
    expect(downQuestion({ environment, groups: ['monitoring', 'logging'], data: 'delete' })).toBe(
      'Stop monitoring, logging of prod and delete what they measured and collected for good? Until it is applied again nobody is alerted; no logs are collected.',
    )
  })
})
