import { createInterface } from 'node:readline/promises'

/** Asks on the terminal; where there is nobody to ask the answer is no. */
export const confirm = async (question: string, signal: AbortSignal): Promise<boolean> => {
  if (process.stdin.isTTY !== true) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
