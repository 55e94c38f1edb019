import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { onPath } from '../on-path.ts'
import { outputOf, pinnedTo } from './pinned.ts'

export type Attempt = { readonly origin: string; readonly seconds: number; readonly connections: number }

export type Rate = {
  readonly perSecond: number
  /** Null where it says nothing finer than a millisecond. */
  readonly p50Milliseconds: number | null
  /** Of a request; null where it is not known. */
  readonly cpuMicroseconds: number | null
}

/** Who else makes load, on the same core; null where it is not here. */
export type Contender = {
  readonly name: string
  rate: ((attempt: Attempt) => Promise<Rate>) | null
  readonly why: string
}

const generatorCore = 0

const autocannonSchema = z.object({ perSecond: z.number(), cpuMicroseconds: z.number() })

const autocannon = async ({ origin, seconds, connections }: Attempt): Promise<Rate> => {
  const file = join(import.meta.dirname, 'autocannon-process.ts')
  const words = [process.execPath, file, origin, String(connections), String(seconds)]
  const output = await outputOf(pinnedTo(generatorCore, words), { seconds: seconds + 30 })
  return { ...autocannonSchema.parse(JSON.parse(output)), p50Milliseconds: null }
}

const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)

const wrk = async ({ origin, seconds, connections }: Attempt): Promise<Rate> => {
  const words = ['wrk', '--latency', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, origin]
  const output = await outputOf(pinnedTo(generatorCore, words), { seconds: seconds + 30 })
  const [, value = '', unit = ''] = /50%\s+([\d.]+)(us|ms|s)/.exec(output) ?? []
  const factors: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }
  return {
    perSecond: figure(output, /Requests\/sec:\s+([\d.]+)/),
    p50Milliseconds: Number(value) * (factors[unit] ?? Number.NaN),
    cpuMicroseconds: null,
  }
}

const k6 = async ({ origin, seconds, connections }: Attempt): Promise<Rate> => {
  const directory = await mkdtemp(join(tmpdir(), 'k6-'))
  try {
    const script = join(directory, 'script.js')
    await writeFile(script, `import http from 'k6/http'; export default () => { http.get('${origin}') }\n`)
    const words = ['k6', 'run', '--vus', String(connections), '--duration', `${seconds}s`, script]
    const output = await outputOf(pinnedTo(generatorCore, words), { seconds: seconds + 60 })
    const [, value = '', unit = ''] = /http_req_duration[^\n]*med=([\d.]+)(µs|ms|s)/.exec(output) ?? []
    const factors: Readonly<Record<string, number>> = { µs: 0.001, ms: 1, s: 1_000 }
    return {
      perSecond: figure(output, /http_reqs[^\n]*?([\d.]+)\/s/),
      p50Milliseconds: Number(value) * (factors[unit] ?? Number.NaN),
      cpuMicroseconds: null,
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const ifOnPath = (name: string, rate: NonNullable<Contender['rate']>): Contender =>
  onPath(name) === null ? { name, rate: null, why: 'it is not on PATH' } : { name, rate, why: '' }

export const contenders = (): readonly Contender[] => [
  { name: 'autocannon', rate: autocannon, why: '' },
  ifOnPath('wrk', wrk),
  ifOnPath('k6', k6),
]
