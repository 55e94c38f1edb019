import { expect, test } from 'vitest'
import { namingKey, renderPath, valueAt } from './field-path.ts'

test('a path names items of a list by what tells them apart', () => {
  const path = ['spec', 'containers', { by: 'name', value: 'server' }, 'env', 0, 'app.kubernetes.io/name']
  expect(renderPath(path)).toBe('.spec.containers[server].env[0][app.kubernetes.io/name]')
})

test.each([
  ['containers', [{ name: 'a' }], [{ name: 'b' }], 'name'],
  [
    'mounts of one volume',
    [
      { name: 'x', mountPath: '/a' },
      { name: 'x', mountPath: '/b' },
    ],
    [],
    'mountPath',
  ],
  ['ports without names', [{ containerPort: 1 }], [{ containerPort: 2 }], 'containerPort'],
  ['plain words', ['a'], ['b'], null],
])('items of %s', (_, left, right, key) => {
  expect(namingKey(left, right)).toBe(key)
})

test('a value is found by name and not by place', () => {
  const value = {
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
  }
  expect(valueAt(value, ['env', { by: 'name', value: 'B' }, 'value'])).toBe('2')
  expect(valueAt(value, ['env', { by: 'name', value: 'C' }, 'value'])).toBeUndefined()
  expect(valueAt(value, ['env', 1, 'value'])).toBe('2')
})
