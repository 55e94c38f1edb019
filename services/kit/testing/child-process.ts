import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'

/** A program of the tests that tells what it does in lines of JSON. */
export type TestChild = {
  readonly processId: number
  /** Resolves when it has said this. */
  said(message: string): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>
  kill(): Promise<void>
}

const lineSchema = z.looseObject({ message: z.string() })

/** `tell` is given each line as it comes. */
export function startChild(
  program: URL,
  environment: Readonly<Record<string, string>>,
  tell: (line: unknown) => void = () => undefined,
): TestChild {
  const child = spawn(process.execPath, [program.pathname], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').then(([code]) => z.number().nullable().parse(code))
  const messages = new Set<string>()
  const waiting = new Map<string, () => void>()
  readLines(child, (text) => {
    const line = lineSchema.parse(JSON.parse(text))
    messages.add(line.message)
    waiting.get(line.message)?.()
    tell(line)
  })
  if (child.pid === undefined) throw new Error('a process without an id')
  return {
    processId: child.pid,
    async said(message) {
      if (messages.has(message)) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.set(message, resolve)
      await Promise.race([promise, ended.then(() => Promise.reject(new Error(`it ended before it said ${message}`)))])
    },
    signal: (signal) => void child.kill(signal),
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}
