import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from '../role-matrix.ts'

/** Starts so many at once: all of them are made before the first one is waited for. */
export const together = <Result>(count: number, run: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))

/** One after the other. */
export async function rounds(count: number, run: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= count; round += 1) await run(round)
}

/** `201`, or `409 order/on-hold`. */
export const seen = ({ status, json }: Answer): string => (status < 400 ? `${status}` : `${status} ${json.code}`)

/** How often each was seen. */
export function counted(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const kinds = answers.map(seen)
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((other) => other === kind).length]))
}

const servedMilliseconds = 120_000

/** As a client does it: what the shop has no time for now is asked again, with the same key, until it is answered. */
export async function untilServed(ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + servedMilliseconds
  for (;;) {
    const answer = await ask()
    const isLater = answer.status === 503 || answer.json.code === 'idempotency/in-progress'
    if (!isLater || performance.now() > deadline) return answer
    await delay(100)
  }
}
