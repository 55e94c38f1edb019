import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'
import { createRoutes } from './routes.ts'

const peer = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } })

async function addressOf(forwarded: string, { hops, remote = '10.0.0.1' }: { hops: number; remote?: string }) {
  const routes = createRoutes()
  routes.get('/', (c) => c.text(clientAddress(c, hops) ?? 'none'))
  return (await routes.request('/', { headers: { 'x-forwarded-for': forwarded } }, peer(remote))).text()
}

test.each([
  ['without a trusted proxy the header is ignored', '1.1.1.1', { hops: 0 }, '10.0.0.1'],
  ['with one proxy the last entry counts, invented ones before it do not', '6.6.6.6, 1.1.1.1', { hops: 1 }, '1.1.1.1'],
  ['with two proxies the last but one counts', '6.6.6.6, 1.1.1.1, 2.2.2.2', { hops: 2 }, '1.1.1.1'],
  ['fewer entries than proxies: the caller itself', '1.1.1.1', { hops: 2 }, '10.0.0.1'],
  ['what is no address is not believed', '"<script>"', { hops: 1 }, '10.0.0.1'],
  ['a mapped IPv4 address is the IPv4 address', '', { hops: 0, remote: '::ffff:1.2.3.4' }, '1.2.3.4'],
])('%s', async (_, forwarded, options, expected) => {
  expect(await addressOf(forwarded, options)).toBe(expected)
})
