import type { Logger } from '../../logging.ts'
import { startRepeating } from '../../repeat-until.ts'
import type { Consumption, Subscription } from '../bus.ts'
import type { BusTiming } from '../bus-options.ts'
import { createAcknowledgements } from './acknowledgements.ts'
import { createDeliveries, type Delivery } from './deliveries.ts'
import type { Entry, GroupStore } from './group-store.ts'
import { startHoldings } from './holdings.ts'
import { within } from './within.ts'

export type MemberParts = {
  readonly store: GroupStore
  readonly subscription: Subscription
  readonly timing: BusTiming
  readonly logger: Logger
  /** Calls back when something was published; returns what ends that. */
  onPublished(listener: () => void): () => void
}

/** Read and not acknowledged, of each partition. */
const roomOfPartition = 100
/** A read for less than that is not worth it while more is there. */
const worthReading = roomOfPartition / 2
const pauses = { least: 250, most: 10_000 } as const
/** Milliseconds for each step after the handlers' grace, so that all is over within 10 s. */
const lastWords = { aborted: 300, acknowledged: 500, stopped: 300, left: 700 } as const

/** One member of a group: holds its share of the partitions, reads them, hands out, acknowledges. */
export async function startMember(parts: MemberParts): Promise<Consumption> {
  const { store, subscription, timing, logger } = parts
  const { group, atOnce = 16 } = subscription
  const deliveries = createDeliveries(handOut)
  const acknowledgements = createAcknowledgements({
    acknowledge: (entries) => store.acknowledge(entries),
    onAcknowledged(entries) {
      deliveries.acknowledged(entries)
      if (entries.some(({ partition }) => wantsMore(partition))) reading.wake()
    },
    logger,
  })
  /** Partitions that had more than there was room for. */
  const more = new Set<number>()
  const handling = new Set<Promise<void>>()
  let draining = false
  let joined = false

  const roomOf = (partition: number) => roomOfPartition - deliveries.count(partition)
  const wantsMore = (partition: number) => more.has(partition) && roomOf(partition) >= worthReading

  async function joinedStore(): Promise<GroupStore> {
    if (!joined) await store.join()
    joined = true
    return store
  }
  // A service starts without its bus; then it joins with its first beat.
  await joinedStore().catch((error: unknown) => logger.warn({ error, group }, 'events cannot be consumed yet'))

  const holdings = startHoldings({
    store: { ...store, beat: async () => (await joinedStore()).beat() },
    group,
    claimMilliseconds: timing.claimMilliseconds,
    pollMilliseconds: timing.pollMilliseconds,
    logger,
    onGained: () => reading.wake(),
    onLeaving: deliveries.block,
    onLost(partition) {
      more.delete(partition)
      acknowledgements.discard(partition)
      deliveries.forget(partition)
    },
    settled: (partition) =>
      !acknowledgements.pending(partition) && deliveries.running().every(({ entry }) => entry.partition !== partition),
  })

  async function read(): Promise<'again' | 'wait'> {
    const rooms = new Map([...holdings.held].map((partition) => [partition, roomOf(partition)] as const))
    for (const [partition, room] of rooms) if (room <= 0) rooms.delete(partition)
    if (rooms.size === 0 || draining) return 'wait'
    const entries = await store.read(rooms)
    for (const [partition, room] of rooms) noteMore(partition, { room, entries })
    deliveries.add(entries.filter(({ partition }) => holdings.held.has(partition)))
    handOut()
    return [...holdings.held].some(wantsMore) ? 'again' : 'wait'
  }

  function noteMore(partition: number, { room, entries }: { room: number; entries: readonly Entry[] }): void {
    const count = entries.filter((entry) => entry.partition === partition).length
    if (count >= room) more.add(partition)
    else more.delete(partition)
  }

  function handOut(): void {
    while (!draining && deliveries.running().length < atOnce && holdings.certain()) {
      const delivery = deliveries.take()
      if (delivery === undefined) return
      const handled = handle(delivery).then(() => {
        handling.delete(handled)
        handOut()
      })
      handling.add(handled)
    }
  }

  async function handle(delivery: Delivery): Promise<void> {
    const { entry, failures, lost } = delivery
    const { type, id } = entry.envelope
    try {
      await subscription.handle(entry.envelope, lost.signal)
    } catch (error) {
      const afterMilliseconds = Math.min(pauses.least * 2 ** failures, pauses.most)
      if (!lost.signal.aborted) logger.warn({ error, group, type, event_id: id }, 'event is delivered again')
      return deliveries.end(delivery, { afterMilliseconds })
    }
    deliveries.end(delivery, 'finished')
    if (deliveries.knows(entry)) acknowledgements.add(entry)
  }

  const reading = startRepeating({
    task: `reading the events of ${group}`,
    everyMilliseconds: timing.pollMilliseconds,
    logger,
    run: read,
  })
  const stopHearing = parts.onPublished(reading.wake)

  const handlersEnd = (milliseconds: number) => within(milliseconds, Promise.all(handling))

  async function close(): Promise<void> {
    draining = true
    stopHearing()
    await handlersEnd(timing.graceMilliseconds)
    for (const { lost } of deliveries.running()) lost.abort()
    await handlersEnd(lastWords.aborted)
    await acknowledgements.flushed(lastWords.acknowledged)
    // What does not listen to its signal goes on: nobody else may get it before the claim ends.
    const kept = new Set(deliveries.running().map(({ entry }) => entry.partition))
    deliveries.close()
    await within(lastWords.stopped, Promise.all([reading.stop(), holdings.stop()]))
    await within(lastWords.left, store.leave(kept))
  }

  let closed: Promise<void> | undefined
  return {
    drain() {
      draining = true
    },
    close() {
      closed ??= close().catch((error: unknown) => logger.warn({ error, group }, 'left without handing events over'))
      return closed
    },
  }
}
