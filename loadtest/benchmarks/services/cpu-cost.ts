import { cpuMicroseconds } from '../process-cost.ts'
import { type ClosedLoop, runClosedLoop } from './closed-loop.ts'

export type CostContender = Omit<ClosedLoop, 'requests' | 'connections'> & {
  readonly name: string
  /** Whose CPU is charged. */
  readonly processId: number
}

const connections = 8

const costOnce = async ({ processId, ...loop }: CostContender, requests: number): Promise<number> => {
  const before = cpuMicroseconds(processId)
  await runClosedLoop({ ...loop, connections, requests })
  return (cpuMicroseconds(processId) - before) / requests
}

/** Whatever takes longer than this in warming up has been compiled. */
const warmMilliseconds = 5_000

const warm = async (contender: CostContender): Promise<void> => {
  const until = performance.now() + warmMilliseconds
  while (performance.now() < until) await runClosedLoop({ ...contender, connections, requests: 500 })
}

export type CostRounds = { readonly rounds: number; readonly requests: number }

/**
 * CPU microseconds of the server process a request, its kernel time too: the minimum of interleaved rounds, so that
 * whatever else the machine does hits all of them alike. Only figures of one run are compared.
 */
export const cpuCosts = async (
  contenders: readonly CostContender[],
  { rounds, requests }: CostRounds,
): Promise<ReadonlyMap<string, number>> => {
  for (const contender of contenders) await warm(contender)
  const least = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const cost = await costOnce(contender, requests)
      least.set(contender.name, Math.min(cost, least.get(contender.name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return least
}
