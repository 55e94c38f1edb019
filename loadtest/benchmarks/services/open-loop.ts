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
  const act = async (index: number, due: number) => {
    const status = await send(call(index), agent).catch(() => 0)
    if (status < 200 || status >= 400) failed++
    latencies.push(performance.now() - due)
  }
  await runWhenDue({ act, perSecond: requestsPerSecond, seconds })
  agent.destroy()
  return { latencies: latencies.toSorted((a, b) => a - b), failed }
}

export type DueActs = {
  /** `due` in milliseconds of performance.now(). */
  act(index: number, due: number): Promise<void>
  readonly perSecond: number
  readonly seconds: number
}

/** Begins each when it is due; resolves when all are over. */
export const runWhenDue = async ({ act, perSecond, seconds }: DueActs): Promise<void> => {
  const began = performance.now()
  const begun: Promise<void>[] = []
  const total = Math.round(perSecond * seconds)
  for (let index = 0; index < total; ) {
    const dueNow = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1)
    for (; index < dueNow; index++) begun.push(act(index, began + (index / perSecond) * 1000))
    await pause(1)
  }
  await Promise.all(begun)
}

/** `share` 0.95 is p95. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
