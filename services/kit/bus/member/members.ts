import type { Logger } from '../../logging.ts'
import type { Consumption, Subscription } from '../bus.ts'
import type { BusTiming } from '../bus-options.ts'
import type { GroupStore } from './group-store.ts'
import { startMember } from './member.ts'

/** The members that one bus has in this process. */
export type Members = {
  join(store: GroupStore, subscription: Subscription): Promise<Consumption>
  /** Something was published: all look at once. */
  ring(): void
  close(): Promise<void>
}

export function createMembers({ timing, logger }: { readonly timing: BusTiming; readonly logger: Logger }): Members {
  const listeners = new Set<() => void>()
  const members = new Set<Consumption>()
  return {
    async join(store, subscription) {
      const member = await startMember({
        store,
        subscription,
        timing,
        logger,
        onPublished(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      })
      members.add(member)
      return member
    },
    ring() {
      for (const listener of listeners) listener()
    },
    async close() {
      await Promise.all([...members].map((member) => member.close()))
    },
  }
}
