import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

test.each([
  ['203.0.113.9', null, 0, '203.0.113.9'],
  ['::ffff:203.0.113.9', null, 0, '203.0.113.9'],
  ['203.0.113.9', '1.2.3.4', 0, '203.0.113.9'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.7', 1, '198.51.100.7'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
  ['10.0.0.1', '198.51.100.7', 2, '198.51.100.7'],
  ['10.0.0.1', null, 1, '10.0.0.1'],
  [undefined, null, 0, ''],
])('G6: peer %s with X-Forwarded-For %s and %i trusted hops is %s', (peer, forwardedFor, hops, address) => {
  expect(clientAddress(peer, forwardedFor, hops)).toBe(address)
})
