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
  const act = async (index: number) => {
    const one = call(index)
    const status = await send(one, agent)
    if (!answers.includes(status)) throw new Error(`${one.method ?? 'GET'} ${one.url}: ${status}`)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  try {
    return { seconds: await runInTurns({ act, workers: connections, count: requests }), statuses }
  } finally {
    agent.destroy()
  }
}

export type Turns = {
  /** The nth, from 0. One that rejects ends all. */
  act(index: number): Promise<void>
  readonly workers: number
  readonly count: number
}

/** So many acts, each worker beginning its next when its last is over. Seconds. */
export const runInTurns = async ({ act, workers, count }: Turns): Promise<number> => {
  let next = 0
  const worker = async () => {
    while (next < count) await act(next++)
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: workers }, worker))
  return (performance.now() - began) / 1000
}
