import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../services/kit/testing/free-port.ts'
import { isAnswered } from '../is-answered.ts'
import type { StartedProcess } from '../services/started-process.ts'

const startSeconds = 30

/** A service that may say nothing of its start, ready when it says so if asked. What it writes goes to a pipe. */
export const startSilently = async (
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<StartedProcess> => {
  const port = await freePort()
  const child = spawn(process.execPath, [program], {
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  child.stdout.resume()
  const deadline = performance.now() + startSeconds * 1_000
  while (!(await isAnswered(port, '/health?check=ready'))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${program} was not ready within ${startSeconds} s, or ended with ${child.exitCode}`)
    }
    await pause(50)
  }
  return {
    processId: child.pid ?? 0,
    first: String(port),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
