import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

const readySeconds = 20
const linesShown = 5

export type BackgroundProgram = {
  /** What it has written so far. */
  output(): string
  signal(signal: NodeJS.Signals): void
  /** Asks it to end, and waits for that. */
  end(): Promise<void>
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

const untilReady = async (child: ChildProcess, url: string, output: () => string): Promise<void> => {
  const deadline = performance.now() + readySeconds * 1000
  while (!(await answers(url))) {
    const last = output().trim().split('\n').slice(-linesShown).join('\n')
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}:\n${last}`)
    if (performance.now() > deadline) throw new Error(`${child.spawnfile} does not answer at ${url}:\n${last}`)
    await delay(25)
  }
}

/** Resolves when the program answers at `readyUrl`. */
export async function startProgram(
  program: string,
  { args, readyUrl }: { readonly args: readonly string[]; readonly readyUrl: string },
): Promise<BackgroundProgram> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      written += text
    })
  }
  const exited = once(child, 'exit')
  const end = async () => {
    child.kill('SIGTERM')
    await exited
  }
  await untilReady(child, readyUrl, () => written).catch(async (error: unknown) => {
    await end()
    throw error
  })
  return { output: () => written, signal: (signal) => void child.kill(signal), end }
}
