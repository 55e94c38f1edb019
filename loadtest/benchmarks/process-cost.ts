import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

/** Linux counts in hundredths of a second whatever the kernel's own clock is. */
const microsecondsPerTick = 10_000
const connections = 4

const byTicks = (processId: number): number => {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick
}

/** Nanoseconds of one thread; none of one that has ended meanwhile. */
const nanosecondsOf = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8').split(' ', 1)[0])
  } catch {
    return 0
  }
}

const byScheduler = (processId: number): number => {
  const folder = `/proc/${processId}/task`
  return readdirSync(folder).reduce((sum, thread) => sum + nanosecondsOf(`${folder}/${thread}/schedstat`), 0) / 1_000
}

/**
 * CPU time that a process has used, its kernel time too: by the scheduler's nanoseconds, else in ticks of 10 ms. Always
 * by the same of both, for two answers are subtracted.
 */
export const cpuMicroseconds = existsSync('/proc/self/schedstat') ? byScheduler : byTicks

export const residentMebibytes = (processId: number): number => {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}

const get = (url: string, agent: Agent): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const asked = request(url, { agent }, (response) => {
    response.resume()
    response.on('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`)),
    )
  })
  asked.on('error', reject)
  asked.end()
  return promise
}

/** A bounded number of requests over a few connections that are kept, as an edge or a browser keeps them. */
export const getMany = async (url: string, requests: number): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const worker = async () => {
    for (let count = 0; count < requests / connections; count++) await get(url, agent)
  }
  try {
    await Promise.all(Array.from({ length: connections }, worker))
  } finally {
    agent.destroy()
  }
}

export type CostRequest = {
  readonly url: string
  /** Name → process, each charged for its own part. */
  readonly processes: Readonly<Record<string, number>>
  readonly requests: number
}

/** CPU microseconds a request, for each process. */
export const costOfGet = async ({ url, processes, requests }: CostRequest): Promise<Record<string, number>> => {
  const before = Object.entries(processes).map(([name, id]) => ({ name, id, used: cpuMicroseconds(id) }))
  await getMany(url, requests)
  return Object.fromEntries(before.map(({ name, id, used }) => [name, (cpuMicroseconds(id) - used) / requests]))
}
