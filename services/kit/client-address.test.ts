import { expect, test } from 'vitest'
import { addressBehind, clientAddress, clientKey } from './client-address.ts'
import { createRoutes } from './routes.ts'

const peerOf = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } })

async function addressOf(forwarded: string, { hops, remote = '10.0.0.1' }: { hops: number; remote?: string }) {
  const routes = createRoutes()
  routes.get('/', (c) => c.text(clientAddress(c, hops) ?? 'none'))
  return (await routes.request('/', { headers: { 'x-forwarded-for': forwarded } }, peerOf(remote))).text()
}

test.each([
  ['without a trusted proxy the header is ignored', '1.1.1.1', { hops: 0 }, '10.0.0.1'],
  ['with one proxy the last entry counts, invented ones before it do not', '6.6.6.6, 1.1.1.1', { hops: 1 }, '1.1.1.1'],
  ['with two proxies the last but one counts', '6.6.6.6, 1.1.1.1, 2.2.2.2', { hops: 2 }, '1.1.1.1'],
  ['fewer entries than proxies: the caller itself', '1.1.1.1', { hops: 2 }, '10.0.0.1'],
  ['what is no address is not believed', '"<script>"', { hops: 1 }, '10.0.0.1'],
  ['a mapped IPv4 address is the IPv4 address', '', { hops: 0, remote: '::ffff:1.2.3.4' }, '1.2.3.4'],
  ['a mapped IPv4 address in hexadecimal too', '::ffff:102:304', { hops: 1 }, '1.2.3.4'],
  ['an IPv6 address stays what it is', '2001:DB8::1', { hops: 1 }, '2001:DB8::1'],
  ['what only looks like an address is not believed', '1.2.3.4.5', { hops: 1 }, '10.0.0.1'],
])('G6: %s', async (_, forwarded, options, expected) => {
  expect(await addressOf(forwarded, options)).toBe(expected)
})

test.each([
  ['203.0.113.9', undefined, 0, '203.0.113.9'],
  ['::ffff:203.0.113.9', undefined, 0, '203.0.113.9'],
  ['203.0.113.9', '1.2.3.4', 0, '203.0.113.9'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.7', 1, '198.51.100.7'],
  ['10.0.0.1', '1.2.3.4, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
  // A proxy was left out on the way, and with it whoever would have vouched for the entry.
  ['10.0.0.1', '198.51.100.7', 2, '10.0.0.1'],
  ['10.0.0.1', undefined, 1, '10.0.0.1'],
  [undefined, undefined, 0, undefined],
])('G6: peer %s with X-Forwarded-For %s and %i trusted hops is %s', (peer, forwardedFor, hops, address) => {
  expect(addressBehind({ peer, forwardedFor, trustedProxyHops: hops })).toBe(address)
})

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['2001:0DB8::5', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unknown'],
])('G6: the client %s is counted as %s', (address, key) => {
  expect(clientKey(address)).toBe(key)
})
