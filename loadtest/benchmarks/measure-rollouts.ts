import type { Contender, Run } from './contenders.ts'
import type { Images } from './peer-manifests.ts'
import type { PodWatch } from './pod-watch.ts'
import {
  deployAll,
  deployBadImage,
  deployCrashLoop,
  missingImage,
  oneCommand,
  type Rollout,
  rollBack,
  rolloutOf,
  type ShopFailure,
  type ShopRollout,
  type Watched,
  withBroken,
} from './rollout-rounds.ts'
import type { ShopRun } from './shop-runs.ts'

type Rollouts<One, Command, Failure> = {
  readonly releases: One[]
  readonly rollbacks: One[]
  readonly unchanged: Command[]
  readonly status: Command[]
  readonly badImages: Failure[]
  readonly crashLoops: Failure[]
}

export type ShopMeasured = Rollouts<ShopRollout, ShopRun, ShopFailure>
export type PeerMeasured = Rollouts<Rollout, Run, Run>

/** Somebody to compare with: what they release, where it is watched, and the images that they go back to. */
export type PeerAtWork = {
  readonly contender: Contender
  readonly watch: PodWatch
  readonly base: Images
  readonly measured: PeerMeasured
}

/** Fresh arrays that the rounds fill: what was measured before one breaks off is not lost. */
export const nothingMeasured = () => ({
  releases: [],
  rollbacks: [],
  unchanged: [],
  status: [],
  badImages: [],
  crashLoops: [],
})

const shopRound = async (watched: Watched, measured: ShopMeasured, round: string): Promise<Images> => {
  const release = await deployAll(watched, round)
  measured.releases.push(release)
  measured.unchanged.push(await oneCommand(watched, ['deploy']))
  measured.status.push(await oneCommand(watched, ['status']))
  measured.rollbacks.push(await rollBack(watched))
  return release.images
}

const peerRound = async ({ contender, watch, base, measured }: PeerAtWork, images: Images): Promise<void> => {
  const released = await contender.release(images)
  measured.releases.push(rolloutOf(released, { watch, images, windowSeconds: 0 }))
  const rolledBack = await contender.rollback()
  measured.rollbacks.push(rolloutOf(rolledBack, { watch, images: base, windowSeconds: 0 }))
  measured.unchanged.push(await contender.release(base))
  measured.status.push(await contender.status())
}

export type Everybody = {
  readonly watched: Watched
  readonly measured: ShopMeasured
  readonly peers: readonly PeerAtWork[]
}

/** In turns, so that whatever else the machine does hits all of them alike. The peers release what shopctl has pushed. */
export const measureGoodRounds = async ({ watched, measured, peers }: Everybody, rounds: number): Promise<void> => {
  for (let round = 1; round <= rounds; round++) {
    const images = await shopRound(watched, measured, String(round))
    for (const peer of peers) await peerRound(peer, images)
  }
}

/** A peer waits for its whole minute each time, so once is enough to know it. */
const breakPeer = async ({ contender, base, measured }: PeerAtWork, crashing: string): Promise<void> => {
  measured.badImages.push(await contender.releaseBroken(withBroken(base, missingImage(base))))
  await contender.release(base)
  measured.crashLoops.push(await contender.releaseBroken(withBroken(base, crashing)))
  await contender.release(base)
}

/** One service broken. Answers why bad images could not be measured; null where they were. */
export const measureBrokenRounds = async (
  { watched, measured, peers }: Everybody,
  rounds: number,
): Promise<string | null> => {
  // After a rollback the source is another than what runs; here only the service that breaks shall differ.
  await deployAll(watched, 'before the broken ones')
  for (let round = 1; round <= rounds; round++) {
    measured.crashLoops.push(await deployCrashLoop(watched, `crash ${round}`))
  }
  const [crash] = measured.crashLoops
  if (crash !== undefined) for (const peer of peers) await breakPeer(peer, crash.image)
  try {
    for (let round = 1; round <= rounds; round++) {
      measured.badImages.push(await deployBadImage(watched, `image ${round}`))
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
