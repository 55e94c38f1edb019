import { Agent } from 'node:http'
import { type Answer, send } from './send.ts'

export type Load = {
  /** Requests that were answered as they should be. */
  good(): number
  /** What went wrong, one entry a request. */
  readonly failures: string[]
  /** Ends when every worker has had its last answer. */
  stop(): Promise<void>
}

export type LoadOptions = {
  /** Clients that keep their connection, and clients that open one for each request. */
  readonly keepAlive: number
  readonly fresh: number
  /** Why an answer is wrong; null where it is right. */
  fault(answer: Answer): string | null
}

/** Clients that read and write without pause, as a shop's do in the worst moment to change anything. */
export function startLoad(port: number, { keepAlive, fresh, fault }: LoadOptions): Load {
  const failures: string[] = []
  let good = 0
  let running = true
  const agent = new Agent({ keepAlive: true })
  const work = async (kind: Agent | false): Promise<void> => {
    for (let count = 0; running; count += 1) {
      const method = count % 2 === 0 ? 'GET' : 'POST'
      const body = method === 'POST' ? '{"quantity":1}' : ''
      const outcome = await send(port, { method, path: '/api/v1/orders', body, agent: kind }).then(fault, String)
      if (outcome === null) good += 1
      else failures.push(`${method}: ${outcome}`)
    }
  }
  const workers = [...Array(keepAlive).fill(agent), ...Array(fresh).fill(false)].map(work)
  return {
    good: () => good,
    failures,
    stop: async () => {
      running = false
      await Promise.all(workers)
      agent.destroy()
    },
  }
}
