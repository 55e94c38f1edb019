import type { Artifact } from '../platforms/platform.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'
import type { Delivered } from './scan-and-push.ts'

/** Where what is released comes from: built from the source as it is, or taken as another environment runs it. */
export type Origin = {
  /** What the lock says of the change where nobody gave a reason. */
  readonly reason: string
  /** To be typed by whoever wants it although it was taken back there before. */
  readonly forced: string
  readonly promotedFrom: ReleaseRecord['promotedFrom']
  /** Of what is released. */
  commit(): Promise<Commit | null>
  /** Changes nothing in the environment. */
  find(): Promise<readonly Artifact[]>
  /** Each with a verdict and where the environment fetches it from; what the scan blocks goes nowhere. */
  deliver(found: readonly Artifact[]): Promise<Delivered>
}
