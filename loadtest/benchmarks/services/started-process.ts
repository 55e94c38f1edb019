import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type StartedProcess = {
  readonly processId: number
  /** What `read` made of the first line that it understood. */
  readonly first: string
  stop(): Promise<void>
}

type Start = {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Null where the line is not the one that is waited for. */
  read(line: string): string | null
}

/** A Node process of its own, ready when it has printed the awaited line. Rejects where it ends before. */
export const startProcess = async ({ words, env, read }: Start): Promise<StartedProcess> => {
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const kept: string[] = []
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    kept.push(line)
    const value = read(line)
    if (value === null) return
    resolve(value)
    // What it says from now on is not read: the machine has other things to do.
    lines.close()
    child.stdout.resume()
  })
  void ended.then(([code]) => reject(new Error(`${words.join(' ')} ended with ${code}: ${kept.slice(-5).join('\n')}`)))
  const first = await promise
  return {
    processId: child.pid ?? 0,
    first,
    /** Again does nothing. */
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
