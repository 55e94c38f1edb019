import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { ShopctlEvent } from '../output/events.ts'
import { eventSchema } from '../output/events.ts'
import type { CommandOptions, CommandResult, RunningCommand } from './running-command.ts'
import type { Shop } from './shop.ts'

type Options = CommandOptions & {
  /** Where it stops, in this order. */
  readonly stopAt: readonly string[]
}

export type StoppedCommand = RunningCommand & {
  /** Resolves when the command stands still at the beginning of the next of its steps. */
  stopped(): Promise<void>
  /** Goes on, with the signals that came meanwhile. */
  goOn(): void
  /** Sends a signal to who stands still, then lets it go on: it hears it at the very beginning of the step. */
  interrupt(signal: NodeJS.Signals): Promise<void>
  events(): Promise<readonly ShopctlEvent[]>
  /** Its end, with the events' file removed. */
  finish(): Promise<CommandResult & { readonly events: readonly ShopctlEvent[] }>
}

const breakpoint = join(import.meta.dirname, 'stop-at-step.cjs')
const stopSeconds = 60

const stateOf = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
}

const parseEvents = (text: string): readonly ShopctlEvent[] =>
  z.array(eventSchema).parse(
    text
      .split('\n')
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line)),
  )

/** Starts a command that stops by itself at the beginning of some of its steps. */
export const startStopped = async (
  shop: Pick<Shop, 'start'>,
  args: readonly string[],
  options: Options,
): Promise<StoppedCommand> => {
  const { stopAt, ...rest } = options
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-events-'))
  const file = join(directory, 'events.jsonl')
  const env = { ...rest.env, NODE_OPTIONS: `--require "${breakpoint}"`, SHOPCTL_E2E_STOP_AT: stopAt.join(',') }
  const command = shop.start([...args, '--events', file], { ...rest, env })
  const events = async () => parseEvents(await readFile(file, 'utf8').catch(() => ''))
  let ended = false
  command.result().then(() => {
    ended = true
  })

  const stopped = async (): Promise<void> => {
    const deadline = performance.now() + stopSeconds * 1000
    while ((await stateOf(command.pid)) !== 'T') {
      if (ended || performance.now() > deadline) {
        throw new Error(`${args.join(' ')} did not stop at ${stopAt.join(', ')}:\n${command.output()}`)
      }
      await pause(5)
    }
  }
  const goOn = () => {
    process.kill(command.pid, 'SIGCONT')
  }
  return {
    ...command,
    stopped,
    goOn,
    async interrupt(signal) {
      await stopped()
      command.kill(signal)
      goOn()
    },
    events,
    async finish() {
      const result = await command.result()
      const said = await events()
      await rm(directory, { recursive: true, force: true })
      return { ...result, events: said }
    },
  }
}
