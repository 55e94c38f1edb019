import type { Envelope } from '../envelope.ts'

/** An envelope in its partition, by an id that the bus never gives again. */
export type Entry = { readonly partition: number; readonly id: string; readonly envelope: Envelope }

export type GroupView = {
  /** Ids of all that were heard of within the claim time, this one too. */
  readonly members: readonly string[]
  /** By partition, where the claim of its owner holds. */
  readonly owners: ReadonlyMap<number, string>
  /** Whether the claims of this member last the whole claim time again. */
  readonly renewed: boolean
}

/**
 * What a member needs of a bus, for one group. A partition has one owner, by a claim that ends by itself unless it is
 * renewed, on the clock of the bus. Calls reject where the bus is away, and may then have happened.
 */
export type GroupStore = {
  readonly member: string
  /** Makes the group where there is none. */
  join(): Promise<void>
  /** Says that this member is alive, and renews its claims where that is due. */
  beat(): Promise<GroupView>
  /** Those of them that are this member's now; what was not finished in them comes with the next read. */
  claim(partitions: readonly number[]): Promise<readonly number[]>
  release(partitions: readonly number[]): Promise<void>
  /** The next entries of each partition, at most `room` of them; nothing where this member does not own it. */
  read(rooms: ReadonlyMap<number, number>): Promise<readonly Entry[]>
  /** The group never gets them again. Those of partitions that are somebody else's now are passed over. */
  acknowledge(entries: readonly Entry[]): Promise<void>
  /** Hands everything over but `kept`, in which handlers still run: those are free when their claim ends. */
  leave(kept: ReadonlySet<number>): Promise<void>
}
