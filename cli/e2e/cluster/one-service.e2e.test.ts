import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseImageName } from '../../images/base-image.ts'
import type { ShopClient } from '../shop-client.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { type InsideClient, startInsideClient } from './inside-client.ts'
import { clusterVariables, listAll, noCluster, onCluster } from './test-cluster.ts'
import { digestsOf, runningDigests } from './whole-release.ts'

const env = ['--env', 'dev'] as const

describe.skipIf(noCluster !== null)(onCluster('one service changed under load'), () => {
  let shop: ClusterShop
  let outside: ShopClient
  let inside: InsideClient

  const generations = async () => {
    const request = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: shop.namespace }
    const deployments = await listAll(shop.kube, request)
    return Object.fromEntries(deployments.map(({ metadata }) => [metadata.name, metadata.generation]))
  }

  /** Uid and restarts of each pod of every service but one. */
  const othersThan = async (service: string) =>
    (await shop.pods())
      .filter((pod) => pod.service !== service)
      .map(({ uid, restarts }) => `${uid} ${restarts}`)
      .toSorted()

  /** Both clients have asked on, after all of it, and nothing failed. */
  const nothingFailed = async () => {
    expect((await inside.askMore(40)).failures).toEqual([])
    expect(outside.report().failures).toEqual([])
  }

  /** What runs while one service rolls: the others stay as they are, and nobody notices. */
  const rollsOnlyCatalog = async (roll: () => Promise<unknown>) => {
    const [before, pods] = [await generations(), await othersThan('catalog')]
    await roll()
    const after = await generations()
    expect(after).toEqual({ ...before, 'product-catalog': (before['product-catalog'] ?? 0) + 1 })
    expect(await othersThan('catalog')).toEqual(pods)
    await nothingFailed()
  }

  beforeAll(async () => {
    shop = await createClusterShop()
    await shop.deploy()
    const place = { kube: shop.kube, namespace: shop.namespace, image: baseImageName(clusterVariables) }
    const addresses = [
      'http://product-catalog:8000/api/v1/products?limit=3',
      'http://edge:8080/api/v1/products?limit=3',
    ]
    ;[inside, outside] = await Promise.all([startInsideClient(place, addresses), shop.client()])
  })
  afterAll(() => shop?.close())

  test('one line changed in catalog: only its Deployment rolls, and no request fails', async () => {
    await shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
      text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
    )
    await rollsOnlyCatalog(async () => {
      const { stdout } = await shop.deploy()
      expect(stdout).toMatch(/^catalog +[0-9a-f]{12} +[0-9a-f]{12} +same/m)
      expect(stdout).not.toMatch(/^(users|orders|edge|shared) /m)
    })
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 2))
  })

  test('the way back rolls only that one too, and no request fails', async () => {
    await rollsOnlyCatalog(async () => {
      const { code, stdout, stderr } = await shop.run(['rollback', ...env, '--yes'])
      expect(code, stderr).toBe(0)
      expect(stdout).toContain('dev is back on what release 1 was, as release 3.')
    })
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 1))
  })

  test('the clients were at work all the time', async () => {
    expect((await inside.report()).requests).toBeGreaterThan(200)
    const { requests, orders } = outside.report()
    expect(requests).toBeGreaterThan(200)
    expect(orders).toBeGreaterThan(50)
  })
})
