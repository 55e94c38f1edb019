import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../platforms/local/ports.ts'
import type { FreshClone } from './fresh-clone.ts'
import { type CommandResult, startCommand } from './running-command.ts'

export type FirstMinutes = {
  readonly result: CommandResult
  readonly port: number
  /** From the start of the one command. */
  readonly firstProductSeconds: number
  /** What of it was before the flow began. */
  readonly installSeconds: number
  readonly downloadedBytes: number
}

export const inClone = (
  { root, env }: FreshClone,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
) => startCommand({ program: join(root, 'bin', 'shopctl'), args: words, cwd: root, env: { ...env, ...more } }, {})

const servesAProduct = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/products?limit=1`)
    return response.ok && (await response.text()).includes('"price"')
  } catch {
    return false
  }
}

const untilServed = async (port: number, ended: AbortSignal): Promise<void> => {
  while (!ended.aborted && !(await servesAProduct(port))) await pause(20)
}

/** The one command in a fresh clone, timed from its start until a product is served. */
export const liveFirstMinutes = async (clone: FreshClone): Promise<FirstMinutes> => {
  const port = await freePort()
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const command = inClone(clone, ['deploy', '--env', 'local', '--port', String(port)])
  const ended = new AbortController()
  const installed = command.waitFor('deploy in local', 600).then(seconds)
  const served = untilServed(port, ended.signal).then(seconds)
  const result = await command.result()
  ended.abort()
  const [installSeconds, firstProductSeconds] = await Promise.all([installed.catch(() => Number.NaN), served])
  return { result, port, firstProductSeconds, installSeconds, downloadedBytes: await clone.downloadedBytes() }
}
