import { expect, test } from 'vitest'
import { readPlan } from '../testing/plans/read-plan.ts'
import { attributeChanges, changeDifferences, pathWords } from './attribute-changes.ts'
import { configuredAttributes, type PlannedChange, parsePlan } from './parse-plan.ts'

const changed = (change: Readonly<Record<string, unknown>>): PlannedChange => {
  const resource = {
    address: 'aws_thing.one',
    type: 'aws_thing',
    name: 'one',
    change: { actions: ['update'], ...change },
  }
  const [first] = parsePlan({ format_version: '1.2', resource_changes: [resource] }).resource_changes
  if (first === undefined) throw new Error('the plan lost its change')
  return first
}
const told = (change: Readonly<Record<string, unknown>>, configured: Readonly<Record<string, unknown>> = {}) =>
  attributeChanges(changed(change), configured).map(({ path, from, to }) => [path, from, to])

const policy = (principal: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: principal } }] })

test.each<[string, unknown, unknown, unknown]>([
  ['a value', { size: 1 }, { size: 2 }, [['size', '1', '2']]],
  ['one that comes', { key: null }, { key: 'a' }, [['key', null, 'a']]],
  ['one that goes', { key: 'a' }, {}, [['key', 'a', null]]],
  ['deep within', { a: [{ b: [{ c: 1, d: 1 }] }] }, { a: [{ b: [{ c: 2, d: 1 }] }] }, [['a[0].b[0].c', '1', '2']]],
  ['an empty value for none', { a: '', b: [], c: {}, d: null }, { a: null, b: null, c: null, d: '' }, []],
  ['false for none is a difference', { on: false }, { on: true }, [['on', 'false', 'true']]],
  ['a list of texts as a whole', { zones: ['a', 'b'] }, { zones: ['a', 'c'] }, [['zones', 'a, b', 'a, c']]],
  ['the order of a set', { rule: [{ p: 1 }, { p: 2 }] }, { rule: [{ p: 2 }, { p: 1 }] }, []],
  ['what is new in a set', { rule: [{ p: 1 }] }, { rule: [{ p: 2 }, { p: 1 }] }, [['rule[0]', null, '{p: 2}']]],
  ['within JSON', { policy: policy('a') }, { policy: policy('b') }, [['policy.Statement[0].Principal.AWS', 'a', 'b']]],
  ['JSON that is only written otherwise', { policy: '{"a": 1,"b":2}' }, { policy: '{"b":2, "a":1}' }, []],
  [
    'the tags of the provider',
    { tags: {}, tags_all: {} },
    { tags: { a: 'b' }, tags_all: { a: 'b' } },
    [['tags', null, '{a: b}']],
  ],
])('%s', (_, before, after, expected) => {
  expect(told({ before, after })).toEqual(expected)
})

test('a value that is known after apply is told where the code sets it, and not where AWS fills it in', () => {
  const change = { before: { arn: 'a', key: 'b' }, after: {}, after_unknown: { arn: true, key: true } }
  expect(told(change, { key: {} })).toEqual([['key', 'b', '(known after apply)']])
})

test('that a secret changes is told, and neither what it was nor what it will be', () => {
  const change = { before: { pin: 'one' }, after: { pin: 'two' }, after_sensitive: { pin: true } }
  expect(told(change)).toEqual([['pin', '(sensitive)', '(sensitive)']])
  expect(told({ ...change, after: { pin: 'one' } })).toEqual([])
})

test('in a set one secret veils its attribute in every element', () => {
  const change = {
    before: { user: [{ name: 'a', pin: 'one' }] },
    after: {
      user: [
        { name: 'b', pin: 'two' },
        { name: 'a', pin: 'one' },
      ],
    },
    after_sensitive: { user: [{ pin: true }] },
  }
  expect(JSON.stringify(told(change))).not.toMatch(/one|two/)
})

test('what forces a replacement is marked', () => {
  const plan = readPlan('moved')
  const repository = plan.resource_changes.find(({ address }) => address === 'aws_ecr_repository.users')
  const configured = configuredAttributes(plan).get('aws_ecr_repository.users') ?? {}
  if (repository === undefined) throw new Error('the plan lost its repository')
  expect(attributeChanges(repository, configured)).toEqual([
    expect.objectContaining({ path: 'encryption_configuration[0].kms_key', forcesReplacement: true }),
  ])
})

test('in a plan without changes nothing differs', () => {
  const differences = readPlan('unchanged').resource_changes.flatMap(changeDifferences)
  expect(differences.map(({ path }) => pathWords(path))).toEqual([])
})
