import type { ClusterShop } from '../../cli/e2e/cluster/cluster-shop.ts'
import { clusterVariables } from '../../cli/e2e/cluster/test-cluster.ts'
import { countBytesTo } from './counting-proxy.ts'
import type { Figure } from './figures.ts'
import { imageBytes } from './image-bytes.ts'
import { imageOf, nameOf } from './peer-manifests.ts'
import { changeService } from './shop-changes.ts'
import { deploymentsOf } from './shop-runs.ts'

export type Sizes = { readonly figures: readonly Figure[]; readonly notes: readonly string[] }

const toMegabytes = (bytes: number): number => bytes / 1e6
const promisedMegabytes = 0.5

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const pushed = async (shop: ClusterShop, host: string): Promise<void> => {
  const env = { SHOPCTL_REGISTRY: host }
  const { code, stdout, stderr } = await shop.run(['push', '--env', shop.environment], { env })
  if (code !== 0) throw new Error(`push exited ${code}:\n${stdout}${stderr}`)
}

/** Megabytes that go to the registry when one line of one service has changed, once for each round. */
export const measurePush = async (shop: ClusterShop, rounds: number): Promise<Sizes> => {
  const registry = clusterVariables.SHOPCTL_REGISTRY ?? ''
  if (!/^(localhost|127\.0\.0\.1):\d+$/.test(registry)) {
    return { figures: [], notes: ['bytes pushed: skipped: they are counted on the way to a registry on localhost'] }
  }
  const proxy = await countBytesTo(registry)
  try {
    await pushed(shop, proxy.host)
    const values: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await changeService(shop, 'orders', `push ${round}`)
      proxy.takeBytes()
      await pushed(shop, proxy.host)
      values.push(toMegabytes(proxy.takeBytes()))
    }
    const label = 'bytes pushed for a change of one line in orders'
    return { figures: [{ label, unit: 'MB', values, atMost: promisedMegabytes }], notes: [] }
  } finally {
    await proxy.close()
  }
}

const others = ['node:24-alpine', 'gcr.io/distroless/nodejs24-debian13:nonroot'] as const

/** What a node downloads the first time, for each of our images and for what others build on. */
export const measureImages = async (shop: ClusterShop): Promise<Sizes> => {
  const own = (await deploymentsOf(shop)).map((deployment) => ({
    label: `image of ${nameOf(deployment)}, compressed`,
    name: imageOf(deployment),
  }))
  const base = clusterVariables.SHOPCTL_BASE_IMAGE
  const bases = base === undefined ? others : [base, ...others]
  const wanted = [...own, ...bases.map((name) => ({ label: `${name}, compressed`, name }))]
  const figures: Figure[] = []
  const notes: string[] = []
  for (const { label, name } of wanted) {
    try {
      figures.push({ label, unit: 'MB', values: [toMegabytes(await imageBytes(name))], atMost: null })
    } catch (error) {
      notes.push(`${label}: skipped: ${messageOf(error)}`)
    }
  }
  return { figures, notes }
}
