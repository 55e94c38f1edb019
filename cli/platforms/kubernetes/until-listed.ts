import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeClient, KubeObject, ListRequest } from './kube-client.ts'

export type ListedWait<Answer> = {
  readonly client: KubeClient
  readonly request: ListRequest
  /** Null: wait on. */
  readonly judge: (items: readonly KubeObject[]) => Answer | null
  readonly deadlineSeconds: number
  /** Goes after "Interrupted while". */
  readonly doing: string
  readonly signal: AbortSignal
}

/** A watch that ends at once, again and again, must not become a storm of lists. */
const betweenListsMilliseconds = 250

/** A watch is quiet where nothing happens, and also where the network swallows it: look from scratch now and then. */
const watchSeconds = 15

const watchOnce = async <Answer>(wait: ListedWait<Answer>, within: AbortSignal): Promise<Answer | null> => {
  const { client, request, judge } = wait
  const { items, resourceVersion } = await client.list(request, within)
  const held = new Map(items.map((object) => [object.metadata.name, object]))
  const first = judge([...held.values()])
  if (first !== null) return first
  const until = AbortSignal.any([within, AbortSignal.timeout(watchSeconds * 1000)])
  for await (const event of client.watch({ ...request, resourceVersion }, until)) {
    if (event.type === 'BOOKMARK') continue
    if (event.type === 'DELETED') held.delete(event.object.metadata.name)
    else held.set(event.object.metadata.name, event.object)
    const answer = judge([...held.values()])
    if (answer !== null) return answer
  }
  return null
}

/**
 * Lists and watches until there is an answer. Null after the deadline; throws the interruption when aborted, and what
 * the server refuses.
 */
export const untilListed = async <Answer>(wait: ListedWait<Answer>): Promise<Answer | null> => {
  const { deadlineSeconds, doing, signal } = wait
  const deadline = AbortSignal.timeout(deadlineSeconds * 1000)
  const within = AbortSignal.any([signal, deadline])
  for (;;) {
    if (signal.aborted) throw interruption(signal, doing)
    if (deadline.aborted) return null
    // A watch may end in many ways, all of which are answered by a new list; a refusal is one of the list as well.
    const answer = await watchOnce(wait, within).catch((error: unknown) => {
      if (error instanceof ShopctlError && !within.aborted) throw error
      return null
    })
    if (answer !== null) return answer
    await pause(betweenListsMilliseconds, undefined, { signal: within }).catch(() => undefined)
  }
}
