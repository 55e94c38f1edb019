import type { EventBus, Subscription } from '../../bus/bus.ts'
import { BusUnavailable } from '../../bus/bus.ts'
import type { Envelope } from '../../bus/envelope.ts'

export type MemoryBus = EventBus & {
  /** Every entry that was taken, in order; an envelope that was sent twice is in it twice. */
  readonly entries: readonly Envelope[]
  /** From now on `publish` first asks this what to do with each envelope; it may throw. */
  onPublish(decide: (envelope: Envelope) => void): void
}

type Group = { readonly queue: Envelope[]; readonly members: Member[]; busy: Set<string>; unfinished: number }
type Member = { readonly subscription: Subscription; readonly running: Set<Promise<void>>; open: boolean }

/** Keeps the contract of bus.ts within one process. */
export function createMemoryBus(): MemoryBus {
  const entries: Envelope[] = []
  const groups = new Map<string, Group>()
  let decide: (envelope: Envelope) => void = () => undefined

  function groupOf(name: string, from: Subscription['from']): Group {
    const known = groups.get(name)
    if (known !== undefined) return known
    const queue = from === 'beginning' ? [...entries] : []
    const made: Group = { queue, members: [], busy: new Set(), unfinished: queue.length }
    groups.set(name, made)
    return made
  }

  function pump(group: Group): void {
    const member = group.members.find(({ open, running }) => open && running.size < 20)
    const index = group.queue.findIndex(({ subject }) => !group.busy.has(subject))
    const [envelope] = member === undefined || index === -1 ? [] : group.queue.splice(index, 1)
    if (member === undefined || envelope === undefined) return
    group.busy.add(envelope.subject)
    const handled = member.subscription.handle(envelope, new AbortController().signal).then(
      () => {
        group.unfinished -= 1
      },
      () => {
        group.queue.unshift(envelope)
      },
    )
    const ended = handled.then(() => {
      group.busy.delete(envelope.subject)
      member.running.delete(ended)
      setImmediate(() => pump(group))
    })
    member.running.add(ended)
    pump(group)
  }

  return {
    kind: 'postgres',
    entries,
    onPublish(next) {
      decide = next
    },
    async publish(envelopes) {
      for (const envelope of envelopes) {
        decide(envelope)
        entries.push(envelope)
        for (const group of groups.values()) {
          group.queue.push(envelope)
          group.unfinished += 1
          pump(group)
        }
      }
    },
    async consume(subscription) {
      const group = groupOf(subscription.group, subscription.from)
      const member: Member = { subscription, running: new Set(), open: true }
      group.members.push(member)
      pump(group)
      return {
        drain() {
          member.open = false
        },
        async close() {
          member.open = false
          await Promise.all(member.running)
        },
      }
    },
    lag: async (group) => groups.get(group)?.unfinished ?? 0,
    onLoss: () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  }
}

/** What `onPublish` is given for a bus that is away. */
export const away = () => {
  throw new BusUnavailable('the bus of this test is away')
}
