import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { artilleryRate } from './load/artillery.ts'
import { contenders } from './load/contenders.ts'
import { coordinatorCost } from './load/coordinator-cost.ts'
import { outputOf, pinnedTo } from './load/pinned.ts'
import { startFixedServer } from './load/start-fixed-server.ts'
import { helloMicroseconds, startHello } from './orders/hello.ts'
import { missedBecause } from './services/missed-because.ts'
import { machineNow, renderRow, resultsFile, writeResults } from './services/results-file.ts'
import { judgedRow, type Measurement } from './services/row.ts'

const options = {
  rounds: { type: 'string', default: '3' },
  /** Of each measurement. */
  seconds: { type: 'string', default: '5' },
  only: { type: 'string', default: 'rate,overhead,users,coordinator,artillery' },
  write: { type: 'boolean', default: false },
} as const

const connections = 64
const thinkers = 20_000
const cores = { generator: 0, server: 1 } as const

const say = (line: string) => process.stdout.write(`${line}\n`)

type Ground = { readonly origin: string; readonly port: string; readonly seconds: number; readonly rounds: number }

/** The engine beside others on the same core, all against one server on another; the best of interleaved rounds. */
export const benchLoad = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...words], options })
  const wanted = new Set(values.only.split(','))
  const before = machineNow()
  const server = await startFixedServer(cores.server)
  const ground = { ...server, seconds: Number(values.seconds), rounds: Number(values.rounds) }
  const rows: Measurement[] = []
  try {
    if (wanted.has('rate')) rows.push(...(await measureRate(ground)))
    if (wanted.has('overhead')) rows.push(await measureOverhead(ground))
    if (wanted.has('users')) rows.push(...(await measureThinkers(ground)))
    if (wanted.has('coordinator')) rows.push(measureCoordinator())
    if (wanted.has('artillery')) rows.push(...(await measureArtillery(ground, rows)))
  } finally {
    await server.stop()
  }
  const judged = rows.map((row) => judgedRow(row, missedBecause))
  for (const row of judged) say(renderRow(row))
  say(`load before ${before.load}, after ${machineNow().load}`)
  if (!values.write) return
  const hello = await startHello()
  try {
    writeResults('load', { machine: before, hello: await helloMicroseconds(hello), rows: judged })
  } finally {
    await hello.stop()
  }
  say(`written to ${resultsFile}`)
}

const engineSchema = z.object({
  perSecond: z.number(),
  cpuMicroseconds: z.number(),
  bestSecond: z.number(),
  p50Microseconds: z.number(),
  lagP99Milliseconds: z.number(),
  memoryBytes: z.number(),
})

type EngineProfile = {
  readonly durationSeconds: number
  readonly users: number
  readonly startUsers?: number
  readonly thinkTimeSeconds?: { readonly min: number; readonly max: number }
}

const runEngine = async ({ origin }: Ground, profile: EngineProfile) => {
  const idle = { name: 'bench', model: 'closed', spawnRatePerSecond: 4_000, thinkTimeSeconds: { min: 0, max: 0 } }
  const file = join(import.meta.dirname, 'load', 'engine-process.ts')
  const words = [process.execPath, file, origin, JSON.stringify({ ...idle, startUsers: 0, ...profile })]
  const output = await outputOf(pinnedTo(cores.generator, words), { seconds: profile.durationSeconds + 90 })
  return engineSchema.parse(JSON.parse(output))
}

/** The best of the rounds. */
class Best {
  perSecond = 0
  cpuMicroseconds = Number.POSITIVE_INFINITY

  keep({ perSecond, cpuMicroseconds }: { perSecond: number; cpuMicroseconds: number | null }): void {
    this.perSecond = Math.max(this.perSecond, perSecond)
    this.cpuMicroseconds = Math.min(this.cpuMicroseconds, cpuMicroseconds ?? Number.POSITIVE_INFINITY)
  }
}

const measureRate = async (ground: Ground): Promise<readonly Measurement[]> => {
  const ours = new Best()
  const others = contenders().map((contender) => ({ ...contender, best: new Best() }))
  for (let round = 0; round < ground.rounds; round++) {
    ours.keep(await runEngine(ground, { users: connections, startUsers: connections, durationSeconds: ground.seconds }))
    for (const { rate, best } of others) if (rate !== null) best.keep(await rate({ ...ground, connections }))
  }
  for (const { name, rate, why } of others) if (rate === null) say(`${name}: skipped, ${why}`)
  const what = 'one core, scenarios, checks, histograms'
  return [
    { id: 'L.rate', what, value: ours.perSecond, unit: 'req/s', target: '>= 30000' },
    // What 30,000 a second on one core come to, also where the core has other things to do.
    { id: 'L.cpu', what: 'CPU of a request', value: ours.cpuMicroseconds, unit: 'µs', target: '<= 33.3' },
    ...others.filter(({ rate }) => rate !== null).flatMap(({ name, best }) => besideRows(ours, { name, best })),
  ]
}

const besideRows = (ours: Best, { name, best }: { name: string; best: Best }): readonly Measurement[] => {
  const rate = `requests/s ÷ ${name} at ${Math.round(best.perSecond)}`
  // 30,000 where autocannon does 45,000.
  const target = name === 'autocannon' ? '>= 0.667' : null
  const rows: Measurement[] = [{ id: 'L.rate', what: rate, value: ours.perSecond / best.perSecond, unit: '×', target }]
  if (Number.isFinite(best.cpuMicroseconds)) {
    const what = `requests to a second of CPU ÷ ${name}, a request of which takes ${best.cpuMicroseconds.toFixed(1)} µs`
    rows.push({ id: 'L.cpu', what, value: best.cpuMicroseconds / ours.cpuMicroseconds, unit: '×', target })
  }
  return rows
}

const bareSchema = z.object({ p50Microseconds: z.number() })

const bareSocket = async ({ port, seconds }: Ground): Promise<number> => {
  const file = join(import.meta.dirname, 'load', 'bare-socket.ts')
  const words = pinnedTo(cores.generator, [process.execPath, file, port, String(seconds)])
  return bareSchema.parse(JSON.parse(await outputOf(words, { seconds: seconds + 30 }))).p50Microseconds / 1_000
}

const measureOverhead = async (ground: Ground): Promise<Measurement> => {
  const wrk = contenders().find(({ name }) => name === 'wrk')
  const beside = wrk?.rate ?? null
  const least = { ours: Number.POSITIVE_INFINITY, theirs: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ground.rounds; round++) {
    const one = { users: 1, startUsers: 1, durationSeconds: ground.seconds }
    least.ours = Math.min(least.ours, (await runEngine(ground, one)).p50Microseconds / 1_000)
    const theirs =
      beside === null
        ? await bareSocket(ground)
        : ((await beside({ ...ground, connections: 1 })).p50Milliseconds ?? Number.NaN)
    least.theirs = Math.min(least.theirs, theirs)
  }
  const whom = beside === null ? 'a bare socket of Node (wrk is not on PATH)' : 'wrk'
  const what = `p50 of one connection, more than ${whom}`
  return { id: 'L.overhead', what, value: least.ours - least.theirs, unit: 'ms', target: '<= 0.2' }
}

const measureThinkers = async (ground: Ground): Promise<readonly Measurement[]> => {
  const profile = { users: thinkers, durationSeconds: 10 + ground.seconds, thinkTimeSeconds: { min: 1, max: 3 } }
  const { lagP99Milliseconds, memoryBytes, bestSecond } = await runEngine(ground, profile)
  const what = `${thinkers} users who think 1 to 3 s, p99 of scheduler lag (up to ${bestSecond} requests/s)`
  return [
    { id: 'L.lag', what, value: lagP99Milliseconds, unit: 'ms', target: '<= 100' },
    { id: 'L.memory', what: 'of one of them', value: memoryBytes / thinkers / 1_024, unit: 'KiB', target: null },
  ]
}

const workersElsewhere = 100

/** Of what a second lasts: it has to be less than one. */
const measureCoordinator = (): Measurement => {
  const { cpuMilliseconds, lineBytes } = coordinatorCost(workersElsewhere)
  const what = `CPU for a second of ${workersElsewhere} workers, ${lineBytes} bytes each`
  return { id: 'L.coordinator', what, value: cpuMilliseconds, unit: 'ms', target: '<= 200' }
}

const measureArtillery = async (ground: Ground, rows: readonly Measurement[]): Promise<readonly Measurement[]> => {
  const theirs = await artilleryRate({ origin: ground.origin, seconds: 2 * ground.seconds })
  const ours = rows.find(({ id }) => id === 'L.rate')?.value
  if (typeof theirs === 'string' || ours === undefined) {
    say(`artillery: skipped, ${typeof theirs === 'string' ? theirs : 'the rate was not measured'}`)
    return []
  }
  const what = `requests/s ÷ artillery at ${Math.round(theirs)}`
  return [{ id: 'L.artillery', what, value: ours / theirs, unit: '×', target: '>= 5' }]
}
