import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fallingShelf, type Readers, startReaders } from '../readers.ts'
import { failureIn } from '../shown-failure.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'

describe.skipIf(noCluster !== null)(onCluster('on a cluster'), () => {
  let shop: ClusterShop
  let readers: Readers

  beforeAll(async () => {
    shop = await createClusterShop()
    await shop.deploy()
    readers = startReaders(await shop.url())
  })
  afterAll(async () => {
    await readers?.stop()
    await shop?.close()
  })

  test('a release of which one request of twenty fails is taken back, although every probe says that it is well', async () => {
    await shop.edit(fallingShelf.path, fallingShelf.change)
    const result = await shop.run(['deploy', '--env', 'dev', '--analysis', '--analysis-window', '30s'])

    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(4)
    const { what, why } = failureIn(result)
    expect(what).toBe(
      'ANALYSIS_FAILED: catalog did worse than release 1 once users were on release 2 of dev; users are back on release 1.',
    )
    expect(why[0]).toMatch(
      /^catalog.*: \d\.\d % of [\d,]+ requests failed \(5xx\); of the release before 0 % of [\d,]+;/,
    )
    expect(await shop.record(2)).toMatchObject({
      state: 'rolled-back',
      culprits: ['catalog'],
      verdict: { state: 'healthy' },
      analysis: { state: 'failed', source: 'instances' },
    })
    const [release1] = (await shop.records()).filter(({ number }) => number === 1)
    const catalog = (await shop.pods()).filter(({ service, terminating }) => service === 'catalog' && !terminating)
    expect(catalog.map(({ image }) => image.split('@')[1])).toEqual([release1?.services.catalog?.digest])
  })
})
