import { createInterface } from 'node:readline/promises'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { interruption } from './errors/interruption.ts'
import { ShopctlError } from './errors/shopctl-error.ts'

type Confirmation = {
  readonly question: string
  /** Where a yes is too quickly typed: the words that stand for it, as the environment's name. */
  readonly expects?: string
  /** Said where the answer is no, or where there is nobody to ask. */
  readonly declined: string
  /** The same command with its answer in it. */
  readonly fix: string
  readonly signal: AbortSignal
}

const ask = async ({ question, expects, signal }: Confirmation): Promise<boolean> => {
  if (process.stdin.isTTY !== true) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const interrupted = new AbortController()
  // readline takes Ctrl-C for itself: no signal reaches the process.
  terminal.once('SIGINT', () => interrupted.abort())
  // Ctrl-D: whoever closes the input has not said yes.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const either = AbortSignal.any([signal, interrupted.signal])
  try {
    const prompt = expects === undefined ? `${question} [y/N] ` : `${question} Type ${expects} to go on: `
    const answer = (await Promise.race([terminal.question(prompt, { signal: either }), closed])).trim()
    return expects === undefined ? /^y(es)?$/i.test(answer) : answer === expects
  } catch (error) {
    if (!either.aborted) throw error
    throw interruption(either, 'waiting for an answer; nothing was changed')
  } finally {
    terminal.close()
  }
}

/** What `environment` wants to be asked: a yes, or its name where a yes is typed too easily. */
export const wordsFor = ({ name, confirm }: EnvironmentFacts): Pick<Confirmation, 'expects'> =>
  confirm === 'type-the-name' ? { expects: name } : {}

/** Goes on only after a yes on the terminal. Throws NOT_CONFIRMED (refused), or INTERRUPTED at Ctrl-C. */
export const requireConfirmation = async (confirmation: Confirmation): Promise<void> => {
  if (await ask(confirmation)) return
  const { declined, fix } = confirmation
  throw new ShopctlError({ code: 'NOT_CONFIRMED', outcome: 'refused', what: declined, fix: [fix] })
}
