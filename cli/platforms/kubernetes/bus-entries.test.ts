import { expect, test } from 'vitest'
import { busEntries } from './bus-entries.ts'
import { entriesOf, type SecretEntry } from './secret-entry.ts'

const entry = (service: '*' | 'orders', name: string, value: string): SecretEntry => ({
  service,
  name,
  value,
  origin: 'a file',
})
const busOf = (...given: readonly SecretEntry[]) =>
  entriesOf('orders', [...busEntries(given), ...given]).get('EVENT_BUS_URL')?.value

test('services meet on the Redis that all of them have, not on one of a single service', () => {
  const shared = [entry('*', 'REDIS_URL', 'redis://redis:6379'), entry('*', 'REDIS_URL', 'rediss://cache:6379')]
  expect(busOf(...shared, entry('orders', 'REDIS_URL', 'redis://own'))).toBe('rediss://cache:6379')
})

test('somebody may name another bus', () => {
  const own = entry('*', 'EVENT_BUS_URL', 'postgres://bus')
  expect(busOf(entry('*', 'REDIS_URL', 'redis://redis:6379'), own)).toBe('postgres://bus')
})

test('without Redis there is none to name', () => {
  expect(busEntries([entry('*', 'CURSOR_KEY', 'x')])).toEqual([])
})
