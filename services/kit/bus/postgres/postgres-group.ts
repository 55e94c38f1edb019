import { randomUUID } from 'node:crypto'
import type { Logger } from '../../logging.ts'
import type { Subscription } from '../bus.ts'
import { envelopeSchema } from '../envelope.ts'
import type { Entry, GroupStore } from '../member/group-store.ts'
import {
  claimBuckets,
  type Database,
  deleteMember,
  insertGroup,
  releaseBuckets,
  renewClaims,
  selectView,
} from './bus-statements.ts'
import { type EntryRow, selectEntries, updatePositions } from './entry-statements.ts'
import { type HeldPosition, heldPosition, noteFinished, noteRead, storedPosition } from './held-positions.ts'
import { createTurns } from './in-turn.ts'

type Parts = {
  readonly database: Database
  readonly subscription: Pick<Subscription, 'group' | 'from'>
  readonly claimMilliseconds: number
  readonly logger: Logger
}

export function createPostgresGroup({ database, subscription, claimMilliseconds, logger }: Parts): GroupStore {
  const { group, from } = subscription
  const member = randomUUID()
  const ofMember = { group, member, claimMilliseconds }
  const positions = new Map<number, HeldPosition>()
  const inTurn = createTurns()
  let renewedAt = Number.NEGATIVE_INFINITY

  /** An idle member writes four times in a claim time, not with each beat. */
  async function renewWhereDue(): Promise<boolean> {
    const now = performance.now()
    if (now - renewedAt < claimMilliseconds / 4) return false
    await inTurn(() => renewClaims(database, ofMember))
    renewedAt = now
    return true
  }

  /** What is no envelope, nobody could ever handle: it counts as finished. */
  function entryOf({ bucket, seq, envelope }: EntryRow, position: HeldPosition): readonly Entry[] {
    noteRead(position, seq)
    const read = envelopeSchema.safeParse(envelope)
    if (read.success) return [{ partition: bucket, id: String(seq), envelope: read.data }]
    logger.error({ group, bucket, seq, error: read.error }, 'an entry of the bus is no envelope, passed over')
    noteFinished(position, seq)
    return []
  }

  return {
    member,
    join: () => insertGroup(database, { group, from }),
    async beat() {
      const renewed = await renewWhereDue()
      return { ...(await selectView(database, ofMember)), renewed }
    },
    claim: (buckets) =>
      inTurn(async () => {
        const claimed = await claimBuckets(database, { ...ofMember, buckets })
        for (const { bucket, ...stored } of claimed) positions.set(bucket, heldPosition(stored))
        return claimed.map(({ bucket }) => bucket)
      }),
    release: (buckets) =>
      inTurn(async () => {
        await releaseBuckets(database, { ...ofMember, buckets })
        for (const bucket of buckets) positions.delete(bucket)
      }),
    async read(rooms) {
      const before = new Map([...positions].filter(([bucket]) => rooms.has(bucket)))
      const rows = await selectEntries(
        database,
        [...before].map(([bucket, { leftOver, readUpTo }]) => ({
          bucket,
          leftOver,
          after: readUpTo,
          room: rooms.get(bucket) ?? 0,
        })),
      )
      // One that was lost and claimed again meanwhile has to be read from where it stands now.
      for (const [bucket, position] of before) {
        if (positions.get(bucket) === position) position.leftOver = []
        else before.delete(bucket)
      }
      return rows.flatMap((row) => {
        const position = before.get(row.bucket)
        return position === undefined ? [] : entryOf(row, position)
      })
    },
    acknowledge: (entries) =>
      inTurn(async () => {
        const changed = new Set<number>()
        for (const { partition, id } of entries) {
          const position = positions.get(partition)
          if (position === undefined) continue
          noteFinished(position, Number(id))
          changed.add(partition)
        }
        const stored = [...changed].flatMap((bucket) => {
          const position = positions.get(bucket)
          return position === undefined ? [] : [{ bucket, ...storedPosition(position) }]
        })
        if (stored.length > 0) await updatePositions(database, { group, member, positions: stored })
      }),
    leave: (kept) =>
      inTurn(async () => {
        const buckets = [...positions.keys()].filter((bucket) => !kept.has(bucket))
        await releaseBuckets(database, { ...ofMember, buckets })
        await deleteMember(database, ofMember)
      }),
  }
}
