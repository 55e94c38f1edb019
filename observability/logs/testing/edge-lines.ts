import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../services/edge/main.ts', import.meta.url))

/** What the edge's own program writes from its start to its end by SIGTERM, or until it ends by itself. */
export async function edgeLines(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const child = spawn(process.execPath, [main], { env: settings, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk
    if (output.includes('"listening"')) child.kill('SIGTERM')
  }
  await closed
  return output.split('\n').filter((line) => line !== '')
}
