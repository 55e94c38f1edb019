import { describe, expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { planUp, type UpSelection } from './plan-up.ts'

const taken = (name: keyof typeof environments, selection: UpSelection = null): readonly string[] =>
  planUp(environments[name], selection).flatMap(({ step, skip }) => (skip === null ? [step] : []))

const reason = (name: keyof typeof environments, wanted: string): string | null =>
  planUp(environments[name], null).find(({ step }) => step === wanted)?.skip ?? null

describe('what an environment is taken through', () => {
  test('local: the machine, the release, and what proves it', () => {
    expect(taken('local')).toEqual(['prerequisites', 'services', 'ready', 'endpoints', 'smoke'])
    expect(reason('local', 'infra')).toBe('local stands on nothing in AWS')
  })

  test('dev: a cluster of the kubeconfig, and nothing of AWS', () => {
    expect(taken('dev')).toEqual(expect.arrayContaining(['cluster', 'namespaces', 'settings', 'services', 'smoke']))
    expect(reason('dev', 'credentials')).toContain('kubeconfig')
    expect(reason('dev', 'infra')).toContain('kubeconfig')
    expect(reason('dev', 'ingress')).toContain('edge')
    expect(reason('dev', 'monitoring')).toMatch(/only where it is named: .*up --env dev --only monitoring$/)
    expect(taken('dev', { parts: ['monitoring'], services: [] })).toEqual(['prerequisites', 'cluster', 'monitoring'])
  })

  test.each(['staging', 'prod'] as const)('%s: account and infrastructure come before the cluster', (name) => {
    expect(taken(name).slice(0, 7)).toEqual([
      'prerequisites',
      'credentials',
      'infra',
      'cluster',
      'namespaces',
      'settings',
      'services',
    ])
  })
})

test('what runs beside the shop comes with the environment that the cluster is named after', () => {
  expect(taken('prod').slice(7)).toEqual(['ingress', 'monitoring', 'logging', 'ready', 'endpoints', 'smoke'])
  expect(taken('staging').slice(7)).toEqual(['ready', 'endpoints', 'smoke'])
  expect(reason('staging', 'monitoring')).toMatch(/that of prod.*up --env prod --only monitoring$/)
})

describe('--only', () => {
  test('services alone leave the infrastructure as it is', () => {
    const steps = taken('staging', { parts: [], services: ['users'] })
    expect(steps).not.toContain('infra')
    expect(steps.slice(-4)).toEqual(['services', 'ready', 'endpoints', 'smoke'])
  })

  test('the infrastructure alone asks no cluster', () => {
    expect(taken('prod', { parts: ['infra'], services: [] })).toEqual(['prerequisites', 'credentials', 'infra'])
  })

  test('what has no place in the environment is refused before anything is done', () => {
    const plan = () => planUp(environments.local, { parts: ['infra'], services: [] })
    expect(plan).toThrow(ShopctlError)
    expect(plan).toThrow('local has no infra to bring up')
  })
})
