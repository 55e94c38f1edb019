import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const lineSchema = z.looseObject({ level: z.string().optional(), message: z.string().optional() })
const portsSchema = z.object({ port: z.int(), metrics_port: z.int() })

export type ServiceLine = z.infer<typeof lineSchema>

/** A service that runs as a process of its own, so that it can be killed, stopped, and stand beside a second one. */
export type ServiceProcess = {
  readonly url: string
  readonly metricsUrl: string
  readonly processId: number
  /** What it has logged so far, whole lines only. */
  lines(): readonly ServiceLine[]
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>
}

/** `main` is the path of a main.ts. Listens on free ports; resolves when it does. */
export async function startService(main: string, settings: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const env = { SHOP_ENV: 'test', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', ...settings }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const kept = keptOutput(child)
  const ended = once(child, 'exit').then(([code]) => z.number().nullable().parse(code))
  const listening = await waitForLine(kept, child)
  if (child.pid === undefined) throw new Error('a process without an id')
  return {
    url: `http://127.0.0.1:${listening.port}`,
    metricsUrl: `http://127.0.0.1:${listening.metrics_port}/metrics`,
    processId: child.pid,
    lines: kept,
    signal: (signal) => void child.kill(signal),
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function keptOutput(child: ChildProcess): () => readonly ServiceLine[] {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  }
  return () =>
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => lineSchema.parse(line.startsWith('{') ? JSON.parse(line) : { message: line }))
}

async function waitForLine(lines: () => readonly ServiceLine[], child: ChildProcess) {
  const deadline = performance.now() + 30_000
  for (;;) {
    const listening = lines().find(({ message }) => message === 'listening')
    if (listening !== undefined) return portsSchema.parse(listening)
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the service does not listen: ${JSON.stringify(lines())}`)
    }
    await delay(10)
  }
}
