import type { ClusterShop } from '../../cli/e2e/cluster/cluster-shop.ts'
import type { RunningCommand } from '../../cli/e2e/running-command.ts'
import { healthPolicies } from '../../cli/health/policy.ts'
import { workload } from '../../manifests/workload.ts'
import type { Run } from './contenders.ts'
import { removeImage } from './image-bytes.ts'
import type { Images } from './peer-manifests.ts'
import { firstPullFailure, readyTimes, timeOfEnd } from './pod-sightings.ts'
import type { PodWatch } from './pod-watch.ts'
import { breakService, changeService, shopServices } from './shop-changes.ts'
import { deploymentsOf, imagesOf, runShop, type ShopRun, timeOfVerdict } from './shop-runs.ts'

/** A run beside what an independent watch saw of the pods of the images that it was to bring. */
export type Rollout = {
  readonly run: Run
  /** Milliseconds from its start until each pod was ready, in order. */
  readonly ready: readonly number[]
  /** Milliseconds from the last pod ready until its end, without the time that it means to wait. */
  readonly beyond: number
}

export type Watched = { readonly shop: ClusterShop; readonly watch: PodWatch }
export type ShopRollout = Rollout & { readonly run: ShopRun; readonly images: Images }

const broken = 'orders' as const
const brokenDeployment = workload(broken).longName

export const rolloutOf = <One extends Run>(
  run: One,
  { watch, images, windowSeconds }: { watch: PodWatch; images: Images; windowSeconds: number },
) => {
  const times = readyTimes(watch.since(run.began), new Set(Object.values(images))).filter((at) => at <= run.ended)
  const beyond = run.ended - (times.at(-1) ?? Number.NaN) - windowSeconds * 1000
  return { run, ready: times.map((at) => at - run.began), beyond }
}

const policyOf = ({ environment }: ClusterShop) => {
  const policy = healthPolicies[environment]
  if (policy === undefined) throw new Error(`environment ${environment} has no health policy`)
  return policy
}

const imagesNow = async (shop: ClusterShop): Promise<Images> => imagesOf(await deploymentsOf(shop))

/** All three services changed. */
export const deployAll = async ({ shop, watch }: Watched, round: string): Promise<ShopRollout> => {
  for (const service of shopServices) await changeService(shop, service, round)
  const run = await runShop(shop, { words: ['deploy'], exitCode: 0 })
  const images = await imagesNow(shop)
  const windowSeconds = policyOf(shop).stabilitySeconds
  return { ...rolloutOf(run, { watch, images, windowSeconds }), images }
}

export const rollBack = async ({ shop, watch }: Watched): Promise<ShopRollout> => {
  const run = await runShop(shop, { words: ['rollback', '--yes'], exitCode: 0 })
  const images = await imagesNow(shop)
  const windowSeconds = policyOf(shop).provenStabilitySeconds
  return { ...rolloutOf(run, { watch, images, windowSeconds }), images }
}

/** Times are milliseconds from the kubelet's word, as an independent watch had it, to shopctl's. */
export type ShopFailure = {
  readonly run: ShopRun
  readonly image: string
  /** From the first evidence: an image that does not come, a first end of the container. */
  readonly fromFirst: number
  /** From the evidence that decides: of a crash loop the second end, since one restart is tolerated. */
  readonly fromDeciding: number
}

/** The one image of the service that broke which was not there before. */
const newImage = ({ watch }: Watched, { began, before }: { began: number; before: Images }): string => {
  const known = new Set(Object.values(before))
  const repository = (image: string) => image.split('@')[0]
  const wanted = repository(before[brokenDeployment] ?? '')
  const found = watch.since(began).find(({ image }) => !known.has(image) && repository(image) === wanted)
  if (found === undefined) throw new Error(`no pod of a new image of ${broken} was seen`)
  return found.image
}

const recordedImage = async (shop: ClusterShop): Promise<string> => {
  const [record] = await shop.records()
  const found = /[\w.:/-]+@sha256:[0-9a-f]{64}/.exec(JSON.stringify(record?.services[broken]?.manifest))?.[0]
  if (found === undefined) throw new Error(`the record names no image of ${broken}`)
  return found
}

/** shopctl deploys no image that the registry has not, so this one goes after it was pushed and before it is pulled. */
const hideImage = async (shop: ClusterShop, running: RunningCommand): Promise<void> => {
  await running.waitFor(/release \d+ opened/, 120)
  await removeImage(await recordedImage(shop))
}

export const deployBadImage = async (watched: Watched, round: string): Promise<ShopFailure> => {
  const { shop, watch } = watched
  const before = await imagesNow(shop)
  const mend = await changeService(shop, broken, round)
  const meanwhile = (running: RunningCommand) => hideImage(shop, running)
  const run = await runShop(shop, { words: ['deploy'], exitCode: 4, meanwhile })
  await mend()
  const image = newImage(watched, { began: run.began, before })
  const since = timeOfVerdict(run, broken) - firstPullFailure(watch.since(run.began), image)
  return { run, image, fromFirst: since, fromDeciding: since }
}

export const deployCrashLoop = async (watched: Watched, round: string): Promise<ShopFailure> => {
  const { shop, watch } = watched
  const before = await imagesNow(shop)
  const mend = await breakService(shop, broken, round)
  const run = await runShop(shop, { words: ['deploy'], exitCode: 4 })
  await mend()
  const image = newImage(watched, { began: run.began, before })
  const verdict = timeOfVerdict(run, broken)
  const sightings = watch.since(run.began)
  const deciding = policyOf(shop).restartsTolerated + 1
  return {
    run,
    image,
    fromFirst: verdict - timeOfEnd(sightings, image, 1),
    fromDeciding: verdict - timeOfEnd(sightings, image, deciding),
  }
}

export const oneCommand = ({ shop }: Watched, words: readonly string[]): Promise<ShopRun> =>
  runShop(shop, { words, exitCode: 0 })

export const withBroken = (images: Images, image: string): Images => ({ ...images, [brokenDeployment]: image })

/** An image that its repository does not have. */
export const missingImage = (images: Images): string =>
  `${(images[brokenDeployment] ?? '').split('@')[0]}@sha256:${'0'.repeat(64)}`
