import { setTimeout as pause } from 'node:timers/promises'
import { type HttpCall, keepAlive, send } from './http-call.ts'

export type OpenLoop = {
  call(index: number): HttpCall
  readonly requestsPerSecond: number
  readonly seconds: number
}

export type OpenResult = {
  /** Milliseconds from the intended start of each request, in order of size. */
  readonly latencies: readonly number[]
  readonly failed: number
}

/** Requests start when they are due, whether or not earlier ones have ended: a server that is late is charged for it. */
export const runOpenLoop = async ({ call, requestsPerSecond, seconds }: OpenLoop): Promise<OpenResult> => {
  const agent = keepAlive(256)
  const latencies: number[] = []
  let failed = 0
  const began = performance.now()
  const sendAt = async (index: number, due: number) => {
    const status = await send(call(index), agent).catch(() => 0)
    if (status < 200 || status >= 400) failed++
    latencies.push(performance.now() - due)
  }
  const sent: Promise<void>[] = []
  const total = Math.round(requestsPerSecond * seconds)
  for (let index = 0; index < total; ) {
    const dueNow = Math.min(total, Math.floor(((performance.now() - began) / 1000) * requestsPerSecond) + 1)
    for (; index < dueNow; index++) sent.push(sendAt(index, began + (index / requestsPerSecond) * 1000))
    await pause(1)
  }
  await Promise.all(sent)
  agent.destroy()
  return { latencies: latencies.toSorted((a, b) => a - b), failed }
}

/** `share` 0.95 is p95. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
