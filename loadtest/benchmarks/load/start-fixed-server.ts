import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pinnedTo } from './pinned.ts'

/** On a core of its own. */
export const startFixedServer = async (core: number) => {
  const [program = '', ...words] = pinnedTo(core, [process.execPath, join(import.meta.dirname, 'fixed-server.ts')])
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    port: String(port),
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
