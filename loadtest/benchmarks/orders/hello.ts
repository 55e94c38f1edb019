import { join } from 'node:path'
import { cpuMicroseconds } from '../process-cost.ts'
import { runClosedLoop } from '../services/closed-loop.ts'
import { type StartedProcess, startProcess } from '../services/started-process.ts'

export type Hello = StartedProcess

const connections = 8
const requests = 3_000

/** The baseline H, for figures of a run to be compared by. */
export const startHello = async (): Promise<Hello> => {
  const words = [join(import.meta.dirname, '..', 'services', 'hello-server.ts')]
  const hello = await startProcess({ words, env: {}, read: (line) => /^(\d+)$/.exec(line)?.[1] ?? null })
  for (let round = 0; round < 5; round++) await helloMicroseconds(hello)
  return hello
}

export const helloMicroseconds = async ({ processId, first: port }: Hello): Promise<number> => {
  const before = cpuMicroseconds(processId)
  const call = () => ({ url: `http://127.0.0.1:${port}/hello` })
  await runClosedLoop({ call, connections, requests, answers: [200] })
  return (cpuMicroseconds(processId) - before) / requests
}
