import type { LoadWorker } from '../../../loadtest/engine/coordinate/load-worker.ts'
import type { Profile } from '../../../loadtest/engine/profile/profile.ts'
import type { ShopSettings } from '../../../loadtest/scenarios/shop-settings.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { Say } from '../steps.ts'

export type LoadOrder = {
  /** The shop's origin, as it is from here. */
  readonly target: string
  readonly profile: Profile
  readonly settings: ShopSettings
  readonly release: ReleaseRecord
  readonly platform: Platform
  readonly say: Say
  readonly signal: AbortSignal
}

/** Who sends the load; each a part of it, together all. */
export type LoadFleet = {
  /** The shop's origin, as it is from where they are. */
  readonly target: string
  readonly workers: readonly LoadWorker[]
  /** From all being ready to the first second: what a word to the farthest of them takes. */
  readonly leadSeconds: number
  /** After the run, however it ended. Throws where some of it is left; aborted, it waits for nothing more. */
  close(signal: AbortSignal): Promise<void>
}

export type OpenLoadFleet = (order: LoadOrder) => Promise<LoadFleet>
