import type { ClusterShop } from './cluster-shop.ts'

type Runs = { readonly service: string; readonly digest: string; readonly ready: boolean }

const inOrder = (all: readonly Runs[]): readonly Runs[] =>
  all.toSorted((left, right) => left.service.localeCompare(right.service, 'en'))

/** What pods run that are not on their way out. */
export const runningDigests = async (shop: ClusterShop): Promise<readonly Runs[]> => {
  const staying = (await shop.pods()).filter(({ terminating }) => !terminating)
  return inOrder(
    staying.map(({ service, image, ready }) => ({ service, digest: image.slice(image.indexOf('@') + 1), ready })),
  )
}

/** What runs where a whole environment is on this one release, and on no other. */
export const digestsOf = async (shop: ClusterShop, release: number): Promise<readonly Runs[]> => {
  const { services } = await shop.record(release)
  return inOrder(Object.entries(services).map(([service, { digest }]) => ({ service, digest, ready: true })))
}
