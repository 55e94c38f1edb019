import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type StandInKind, standInMissing, startStandInKind } from '../../images/kind/testing/stand-in-kind.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { clusterVariables } from './test-cluster.ts'

const deadline = () => AbortSignal.timeout(60_000)
const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.looseObject({ cluster: z.looseObject({ server: z.url() }) })).min(1),
})
const skipped = standInMissing === null ? '' : ` (skipped: ${standInMissing})`

describe.skipIf(standInMissing !== null)(`a kind cluster and no registry${skipped}`, () => {
  let shop: ClusterShop
  let kind: StandInKind
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    shop = await createClusterShop()
    kind = await startStandInKind(shop.kube.server)
    await removeImages()
    const config = kubeconfigSchema.parse(parse(await readFile(clusterVariables.KUBECONFIG ?? '', 'utf8')))
    const clusters = config.clusters.map((one) => ({ ...one, cluster: { ...one.cluster, server: kind.server } }))
    const KUBECONFIG = join(shop.root, '..', 'kubeconfig')
    await writeFile(KUBECONFIG, JSON.stringify({ ...config, clusters }))
    env = { KUBECONFIG, SHOPCTL_REGISTRY: '' }
  })
  afterAll(async () => {
    await shop?.close()
    await removeImages()
    await kind?.stop()
  })

  const names = ['user-management', 'product-catalog', 'order-management', 'edge']
  const removeImages = async () => {
    for (const name of names) await kind?.removeImages(`kind.invalid/${name}@`, deadline())
  }
  const run = (...args: readonly string[]) => shop.run([...args, '--env', 'dev'], { env })

  test('doctor says that no registry is needed', async () => {
    const { stdout } = await run('doctor')
    expect(stdout).toContain(`images go into ${kind.node.name} of the kind cluster ${kind.name}`)
  })

  test('a deploy brings the whole shop up from images that no registry has', async () => {
    const { code, stdout, stderr } = await run('deploy')
    expect(`${stdout}${stderr}`).toContain(`${kind.node.name}: took `)
    expect(code).toBe(0)
    const pods = await shop.pods()
    expect(pods.map(({ service }) => service).sort()).toEqual(['catalog', 'edge', 'orders', 'users'])
    for (const { image, ready } of pods) {
      expect(image).toMatch(/^kind\.invalid\/[a-z-]+@sha256:[0-9a-f]{64}$/)
      expect(ready).toBe(true)
    }
    const api = await shop.api()
    expect((await api.products()).length).toBeGreaterThan(0)
  })

  test('a deploy of nothing new sends nothing, and one changed service sends that one', async () => {
    expect((await run('deploy')).code).toBe(0)
    await shop.edit('services/orders/main.ts', (text) => `${text}\nconsole.error('changed')\n`)
    const { code, stdout, stderr } = await run('deploy', '--yes')
    expect(code).toBe(0)
    // The base is there already: 3.0 MB and what describes it.
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`${kind.node.name}: took 3\\.\\d MB`))
  })

  test('a rollback puts back what a node has lost', async () => {
    const [newest, before] = await shop.records()
    const old = before?.services.orders?.digest ?? ''
    expect(old).not.toBe(newest?.services.orders?.digest)
    await kind.removeImages(`kind.invalid/order-management@${old}`, deadline())
    const { code, stdout, stderr } = await run('rollback', '--yes')
    expect(`${stdout}${stderr}`).toContain(
      `kind.invalid/order-management@${old} was gone from the cluster ${kind.name}`,
    )
    expect(code).toBe(0)
    const orders = (await shop.pods()).find(({ service, terminating }) => service === 'orders' && !terminating)
    expect(orders?.image).toBe(`kind.invalid/order-management@${old}`)
  })
})
