import { expect, test } from 'vitest'
import { readSettings } from '../kit/settings.ts'
import { edgeSettings } from './settings.ts'

const needed = {
  EDGE_CONTROL_PORT: '41000',
  EDGE_CONTROL_TOKEN: '0123456789abcdef',
  EDGE_ROUTES_FILE: '/tmp/routes.json',
}
const read = (environment: Record<string, string>) =>
  readSettings(edgeSettings, { environment, readFile: () => 'token-from-a-file-0123\n' })

test('what is needed is enough', () => {
  const reading = read(needed)
  expect(reading).toMatchObject({
    ok: true,
    settings: { PORT: 8080, HOST: '127.0.0.1', EDGE_INTERNAL: [], EDGE_START: 'first' },
  })
})

test('the routes file alone is enough where routes never change', () => {
  const reading = read({ EDGE_ROUTES_FILE: '/etc/shop/edge/routes.json', HOST: '0.0.0.0' })
  expect(reading).toMatchObject({ ok: true, settings: { HOST: '0.0.0.0' } })
})

test.each([
  ['EDGE_CONTROL_TOKEN', { EDGE_CONTROL_PORT: '41000' }],
  ['EDGE_CONTROL_PORT', { EDGE_CONTROL_TOKEN: '0123456789abcdef' }],
])('half of the control settings is refused: %s', (missing, given) => {
  const reading = read({ EDGE_ROUTES_FILE: '/tmp/routes.json', ...given })
  expect(reading).toMatchObject({ ok: false, faults: [{ name: missing }] })
})

test('internal addresses are read one by one', () => {
  const reading = read({ ...needed, EDGE_INTERNAL: 'users=127.0.0.1:41010,orders=[::1]:41012' })
  expect(reading.ok && reading.settings.EDGE_INTERNAL).toEqual([
    { service: 'users', host: '127.0.0.1', port: 41_010 },
    { service: 'orders', host: '::1', port: 41_012 },
  ])
})

test('the token may come from a file', () => {
  const { EDGE_CONTROL_TOKEN: _, ...others } = needed
  const reading = read({ ...others, EDGE_CONTROL_TOKEN_FILE: '/run/token' })
  expect(reading.ok && reading.settings.EDGE_CONTROL_TOKEN).toBe('token-from-a-file-0123')
})

test.each([
  ['payments=127.0.0.1:1'],
  ['users=127.0.0.1'],
  ['users=127.0.0.1:99999'],
  ['users=127.0.0.1:1,users=127.0.0.1:2'],
  ['127.0.0.1:1'],
])('internal addresses that are none are refused: %s', (text) => {
  const reading = read({ ...needed, EDGE_INTERNAL: text })
  expect(reading).toMatchObject({ ok: false, faults: [{ name: 'EDGE_INTERNAL' }] })
})

test('all faults are named at once and no value is shown', () => {
  const reading = read({ PORT: '8o80', EDGE_CONTROL_TOKEN: 'canary', EDGE_START: 'second' })
  const names = reading.ok ? [] : reading.faults.map((fault) => fault.name).sort()
  expect(names).toEqual(['EDGE_CONTROL_PORT', 'EDGE_CONTROL_TOKEN', 'EDGE_ROUTES_FILE', 'EDGE_START', 'PORT'])
  expect(JSON.stringify(reading)).not.toContain('canary')
})
