import { type HttpCall, keepAlive, send } from './http-call.ts'

export type ClosedLoop = {
  /** The nth call, from 0. */
  call(index: number): HttpCall
  readonly connections: number
  readonly requests: number
  /** Statuses that are an answer; another one ends the benchmark. */
  readonly answers: readonly number[]
}

export type ClosedResult = { readonly seconds: number; readonly statuses: Readonly<Record<number, number>> }

/** A fixed number of requests, each connection sending its next when it has its answer. */
export const runClosedLoop = async ({ call, connections, requests, answers }: ClosedLoop): Promise<ClosedResult> => {
  const agent = keepAlive(connections)
  const statuses: Record<number, number> = {}
  let next = 0
  const worker = async () => {
    while (next < requests) {
      const one = call(next++)
      const status = await send(one, agent)
      if (!answers.includes(status)) throw new Error(`${one.method ?? 'GET'} ${one.url}: ${status}`)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  const began = performance.now()
  try {
    await Promise.all(Array.from({ length: connections }, worker))
    return { seconds: (performance.now() - began) / 1000, statuses }
  } finally {
    agent.destroy()
  }
}
