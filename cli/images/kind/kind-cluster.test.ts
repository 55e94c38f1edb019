import { expect, test } from 'vitest'
import { kindClusterAt } from './kind-cluster.ts'

type Sample = { readonly role?: string; readonly cluster?: string; readonly ports?: readonly unknown[] }

const container = (name: string, { role = 'worker', cluster = 'shop', ports = [] }: Sample = {}) => ({
  Id: `id-of-${name}`,
  Names: [`/${name}`],
  Labels: { 'io.x-k8s.kind.cluster': cluster, 'io.x-k8s.kind.role': role },
  Ports: ports,
})
const apiServer = (address: string, port: number) => ({
  IP: address,
  PrivatePort: 6443,
  PublicPort: port,
  Type: 'tcp',
})
const controlPlane = container('shop-control-plane', { role: 'control-plane', ports: [apiServer('127.0.0.1', 40123)] })
const at = (address: string, containers: readonly unknown[] = [controlPlane, container('shop-worker')]) =>
  kindClusterAt(new URL(address), containers)

test('the cluster is the one whose container publishes the API server’s address, with all of its nodes', () => {
  expect(at('https://127.0.0.1:40123')).toEqual({
    name: 'shop',
    nodes: [
      { id: 'id-of-shop-control-plane', name: 'shop-control-plane' },
      { id: 'id-of-shop-worker', name: 'shop-worker' },
    ],
  })
})

test.each([
  ['https://localhost:40123', '127.0.0.1'],
  ['https://0.0.0.0:40123', '0.0.0.0'],
  ['https://[::1]:40123', '::1'],
  ['https://127.0.0.1:40123', '0.0.0.0'],
  ['https://192.168.7.9:40123', '192.168.7.9'],
])('%s is what a container publishes at %s', (address, published) => {
  expect(at(address, [container('one', { ports: [apiServer(published, 40123)] })])?.name).toBe('shop')
})

test.each([
  ['another port', 'https://127.0.0.1:40124', [controlPlane]],
  ['another machine', 'https://shop.example:40123', [controlPlane]],
  [
    'a port that is not the API server’s',
    'https://127.0.0.1:8080',
    [container('one', { ports: [{ ...apiServer('127.0.0.1', 8080), PrivatePort: 80 }] })],
  ],
  [
    'a port that is not published',
    'https://127.0.0.1:6443',
    [container('one', { ports: [{ PrivatePort: 6443, Type: 'tcp' }] })],
  ],
  ['no containers', 'https://127.0.0.1:40123', []],
])('%s is no cluster of kind', (_case, address, containers) => {
  expect(at(address, containers)).toBeNull()
})

test('a container that nobody labelled is no cluster of kind, whatever it publishes', () => {
  expect(at('https://127.0.0.1:40123', [{ ...controlPlane, Labels: {} }])).toBeNull()
})

test('the balancer in front of several control planes publishes the address and is no node', () => {
  const balancer = container('lb', { role: 'external-load-balancer', ports: [apiServer('127.0.0.1', 40123)] })
  const found = at('https://127.0.0.1:40123', [balancer, container('a', { role: 'control-plane' }), container('b')])
  expect(found?.nodes.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('nodes of another cluster are left alone', () => {
  const found = at('https://127.0.0.1:40123', [controlPlane, container('other', { cluster: 'other' })])
  expect(found?.nodes.map(({ name }) => name)).toEqual(['shop-control-plane'])
})
