import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPublicEntry } from './public-entry.ts'
import { clusterMissing, nodeContainer, openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'
import { openTunnel } from './tunnel.ts'
import { untilListed } from './until-listed.ts'

const answers = (port: number) =>
  `require('http').createServer((q, s) => s.end(process.env.HOSTNAME + ' ' + q.url)).listen(${port})`

describe.skipIf(clusterMissing !== null)('a tunnel to a cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await openTestCluster('tunnel')
  })
  afterAll(() => cluster?.close())

  const start = async (name: string, labels: Readonly<Record<string, string>>, port: number) => {
    const { client, namespace, signal, image } = cluster
    const container = {
      ...nodeContainer(image, answers(port)),
      readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    }
    const spec = { containers: [container], terminationGracePeriodSeconds: 1 }
    await client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec }, signal)
    await untilListed({
      client,
      request: { apiVersion: 'v1', kind: 'Pod', namespace, fieldSelector: `metadata.name=${name}` },
      judge: (pods) =>
        JSON.stringify(pods).includes('"type":"Ready"') &&
        /"status":"True"[^}]*"type":"Ready"|"type":"Ready"[^}]*"status":"True"/.test(JSON.stringify(pods))
          ? 'ready'
          : null,
      deadlineSeconds: 30,
      doing: 'waiting',
      signal,
    })
  }
  const stop = (name: string) =>
    cluster.client.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace: cluster.namespace }, cluster.signal)
  const text = async (url: string) => (await fetch(url, { headers: { connection: 'close' } })).text()

  test('each connection reaches a ready pod, also after the one before went away', async () => {
    const selector = { app: 'tunnelled' }
    await start('one', selector, 8080)
    const tunnel = await openTunnel({ ...cluster, selector, port: 8080, localPort: 0 })
    expect(await text(`${tunnel.url}/a`)).toBe('one /a')
    await start('two', selector, 8080)
    await stop('one')
    await expect.poll(() => text(`${tunnel.url}/b`).catch(() => 'cut'), { timeout: 15_000 }).toBe('two /b')
    await tunnel.close()
    await expect(text(tunnel.url)).rejects.toThrow()
  }, 60_000)

  test('where no pod is ready a connection is ended and not left hanging', async () => {
    const tunnel = await openTunnel({ ...cluster, selector: { app: 'none' }, port: 1, localPort: 0 })
    await expect(text(tunnel.url)).rejects.toThrow()
    await tunnel.close()
  })

  test('a port of this machine that is taken is refused', async () => {
    const target = { ...cluster, selector: { app: 'none' }, port: 1 }
    const tunnel = await openTunnel({ ...target, localPort: 0 })
    await expect(openTunnel({ ...target, localPort: tunnel.port })).rejects.toThrow(/could not be opened/)
    await tunnel.close()
  })

  test('the signal ends it', async () => {
    const ending = new AbortController()
    const target = { ...cluster, signal: ending.signal, selector: { app: 'none' }, port: 1 }
    const tunnel = await openTunnel({ ...target, localPort: 0 })
    ending.abort()
    await expect(text(tunnel.url)).rejects.toThrow()
  })

  test('an Ingress that has no address is stood in for, by the paths that it would route', async () => {
    const labels = { 'app.kubernetes.io/name': 'product-catalog', 'app.kubernetes.io/component': 'server' }
    await start('catalog', labels, 8000)
    const entry = await openPublicEntry({
      ...cluster,
      entry: { kind: 'ingress', host: 'shop.example', className: 'alb', certificateArn: '' },
      localPort: 0,
    })
    expect(entry.note).toContain('shop.example has no address')
    expect(await text(`${entry.url}/api/v1/products?limit=1`)).toBe('catalog /api/v1/products?limit=1')
    expect(await text(`${entry.url}/health/catalog`)).toBe('catalog /health')
    expect((await fetch(`${entry.url}/metrics`)).status).toBe(404)
    expect((await fetch(`${entry.url}/api/v1/orders`)).status).toBe(503)
    await entry.close?.()
  }, 60_000)
})
