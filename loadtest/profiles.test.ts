import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { endpointObjectives, scenarioObjectives } from '../observability/objectives.ts'
import { requestsPerUser } from './engine/scenario/scenario.ts'
import { objectivesOf } from './objectives-of.ts'
import { profileNames, profiles } from './profiles.ts'
import { plannedScenarios } from './scenarios/shop-scenarios.ts'
import { scenarioNames } from './scenarios/shop-settings.ts'

const openapiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
const scenarios = plannedScenarios(scenarioNames, 'makes data')

test('each profile has the name under which it is found', () => {
  expect(profileNames.map((name) => profiles[name].profile.name)).toEqual(profileNames)
  expect(Object.keys(profiles)).toEqual(profileNames)
})

test('L-1, L-2, L-3: customers do what they shall, in the weights that they shall have', () => {
  expect(scenarios.map(({ name, weight, steps }) => [name, weight, steps])).toEqual([
    ['users', 30, ['register', 'log in', 'get profile', 'update profile']],
    ['catalog', 50, ['browse products', 'search', 'view details', 'check inventory', 'submit a review']],
    ['orders', 20, ['create order', 'add items', 'pay', 'track status']],
  ])
  expect(requestsPerUser(scenarios)).toBeCloseTo(4.5)
})

test('every step has an objective, and every objective a step', () => {
  expect(endpointObjectives.map(({ endpoint }) => endpoint)).toEqual(scenarios.flatMap(({ steps }) => steps))
  expect(scenarioObjectives.map(({ scenario }) => scenario)).toEqual(scenarioNames)
})

test.each(endpointObjectives)('$method $route is an operation of $service', ({ service, method, route }) => {
  const document = new URL(`../services/${service}/golden/openapi.json`, import.meta.url)
  const { paths } = openapiSchema.parse(JSON.parse(readFileSync(document, 'utf8')))
  expect(paths[route]).toHaveProperty(method.toLowerCase())
})

test('L-6: all profiles judge latency, errors and availability of everything, and only throughput its rate', () => {
  const facts = scenarios.map(({ name, steps }) => ({ name, steps }))
  for (const name of profileNames) {
    const { judged } = profiles[name]
    const ofEverything = objectivesOf({ judged, scenarios: facts }).filter(({ scope }) => scope.kind === 'all')
    expect(ofEverything.map(({ measure, target }) => `${measure} ${target}`)).toEqual([
      'p95Milliseconds 500',
      'errorShare 0.01',
      'availability 0.999',
      ...(name === 'throughput' ? ['requestsPerSecond 1000'] : []),
    ])
  }
})

test('who only looks makes nothing: no account, no review, no order', () => {
  expect(plannedScenarios(['catalog'], 'only looks').flatMap(({ steps }) => steps)).not.toContain('submit a review')
  expect(() => plannedScenarios(['orders'], 'only looks')).toThrow('nothing may be made')
})

test('parts that do not run are not judged', () => {
  const catalog = plannedScenarios(['catalog'], 'only looks').map(({ name, steps }) => ({ name, steps }))
  const { judged } = profiles.default
  const scopes = objectivesOf({ judged, scenarios: catalog }).map(({ scope }) => JSON.stringify(scope))
  expect(scopes.filter((scope) => /register|pay|review|users|orders/.test(scope))).toEqual([])
})
