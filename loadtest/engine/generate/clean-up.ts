import type { HttpClient } from '../http/http-client.ts'
import type { Clock } from '../schedule/clock.ts'
import type { VirtualUser } from './virtual-user.ts'

/** A load that has ended shall not end in a burst. */
const atOnce = 32

export type CleanUp = {
  readonly users: Iterable<VirtualUser>
  readonly client: HttpClient
  readonly clock: Clock
  readonly deadlineSeconds: number
}

/** Lets all users remove what they made; how many did not within the time. */
export const cleanUp = async ({ users, client, clock, deadlineSeconds }: CleanUp): Promise<number> => {
  const waiting = [...users]
  if (waiting.length === 0) return 0
  let left = 0
  let isLate = false
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const disarm = clock.after(deadlineSeconds * 1_000, () => {
    isLate = true
    client.refuse()
    client.cancelAll()
    resolve()
  })
  const total = waiting.length
  const worker = async () => {
    for (let user = waiting.pop(); user !== undefined && !isLate; user = waiting.pop()) if (await user.leave()) left++
  }
  // A stop that waits for something else than a request cannot be cancelled, only left behind.
  await Promise.race([late, Promise.all(Array.from({ length: atOnce }, worker))])
  disarm()
  return total - left
}
