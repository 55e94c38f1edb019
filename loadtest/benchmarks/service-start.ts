import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../cli/platforms/local/ports.ts'
import { isAnswered } from './is-answered.ts'
import { cpuMicroseconds, residentMebibytes } from './process-cost.ts'

const settleMilliseconds = 500
const endMilliseconds = 10_000

const wordsOf = (processId: number, file: 'cmdline' | 'environ'): readonly string[] =>
  readFileSync(`/proc/${processId}/${file}`, 'utf8').split('\0').filter(Boolean)

const environmentOf = (processId: number): Record<string, string> =>
  Object.fromEntries(
    wordsOf(processId, 'environ').map((word) => {
      const end = word.indexOf('=')
      return [word.slice(0, end), word.slice(end + 1)]
    }),
  )

export type ServiceStart = {
  readonly readyMilliseconds: number
  /** Unlike the time, the same on a busy machine; in steps of 10. */
  readonly cpuMilliseconds: number
  readonly residentMebibytes: number
}

/** Starts one more process like the one that runs, on ports of its own, and ends it again. */
export const startLike = async (processId: number): Promise<ServiceStart> => {
  const [program = process.execPath, ...args] = wordsOf(processId, 'cmdline')
  const { SHOPCTL_PROCESS: _, ...environment } = environmentOf(processId)
  const [port, metricsPort] = [await freePort(), await freePort()]
  const env = { ...environment, PORT: String(port), METRICS_PORT: String(metricsPort) }
  const began = performance.now()
  const child = spawn(program, args, { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  try {
    while (!(await isAnswered(port, '/health?check=ready'))) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`)
      await pause(2)
    }
    const readyMilliseconds = performance.now() - began
    const cpuMilliseconds = cpuMicroseconds(child.pid ?? 0) / 1000
    await pause(settleMilliseconds)
    return { readyMilliseconds, cpuMilliseconds, residentMebibytes: residentMebibytes(child.pid ?? 0) }
  } finally {
    child.kill('SIGTERM')
    await Promise.race([ended, pause(endMilliseconds)])
    child.kill('SIGKILL')
  }
}
