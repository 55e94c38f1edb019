import type { Logger } from '../../logging.ts'
import { type Repeating, startRepeating } from '../../repeat-until.ts'
import { allPartitions } from '../partitions.ts'
import { planShare } from './fair-share.ts'
import type { GroupStore } from './group-store.ts'

/** The partitions of one member, and that they stay its own. */
export type Holdings = {
  readonly held: ReadonlySet<number>
  /** Whether its claims still hold for certain. */
  certain(): boolean
  stop(): Promise<void>
}

type Parts = {
  readonly store: GroupStore
  readonly group: string
  readonly claimMilliseconds: number
  readonly pollMilliseconds: number
  readonly logger: Logger
  /** No other member has any of the group's partitions from before: there may be something to read. */
  onGained(): void
  onLost(partition: number): void
  /** It will be given away: nothing more of it may be begun. */
  onLeaving(partition: number): void
  /** Whether nothing of it runs or waits to be acknowledged. */
  settled(partition: number): boolean
}

/** Of the claim time: what is not renewed by then counts as lost, before anybody else can have it. */
const certainShare = 0.9

export function startHoldings(parts: Parts): Holdings {
  const { store, group, claimMilliseconds, logger } = parts
  const held = new Set<number>()
  const leaving = new Set<number>()
  let certainUntil = 0
  let stopped = false
  let expiry: NodeJS.Timeout | undefined

  function lose(partition: number): void {
    held.delete(partition)
    leaving.delete(partition)
    parts.onLost(partition)
  }

  function renewedAt(sentAt: number): void {
    certainUntil = sentAt + claimMilliseconds * certainShare
    clearTimeout(expiry)
    if (!stopped) expiry = setTimeout(loseAll, certainUntil - performance.now())
  }

  function loseAll(): void {
    if (held.size > 0) logger.warn({ group }, 'the claim on events has ended before it was renewed')
    for (const partition of [...held]) lose(partition)
  }

  async function beat(): Promise<void> {
    const sentAt = performance.now()
    const view = await store.beat()
    if (view.renewed) renewedAt(sentAt)
    for (const partition of [...held]) if (view.owners.get(partition) !== store.member) lose(partition)
    const plan = planShare({ member: store.member, partitions: allPartitions, view, held })
    for (const partition of plan.release) leave(partition)
    await giveAway()
    if (plan.claim.length > 0) await gain(plan.claim)
  }

  function leave(partition: number): void {
    leaving.add(partition)
    parts.onLeaving(partition)
  }

  async function giveAway(): Promise<void> {
    const ready = [...leaving].filter(parts.settled)
    if (ready.length === 0) return
    await store.release(ready)
    for (const partition of ready) lose(partition)
  }

  async function gain(partitions: readonly number[]): Promise<void> {
    const gained = await store.claim(partitions)
    for (const partition of gained) held.add(partition)
    if (gained.length > 0) parts.onGained()
  }

  const beating: Repeating = startRepeating({
    task: `sharing the events of ${group}`,
    everyMilliseconds: Math.min(parts.pollMilliseconds, claimMilliseconds / 4),
    logger,
    async run() {
      await beat()
      return 'wait'
    },
  })
  return {
    held,
    certain: () => performance.now() < certainUntil,
    async stop() {
      stopped = true
      clearTimeout(expiry)
      await beating.stop()
    },
  }
}
