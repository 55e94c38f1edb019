import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { interruption } from './errors/interruption.ts'

type Question = { readonly question: string; readonly signal: AbortSignal }

/** Takes what readline would echo. */
const silence = () =>
  new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })

const ask = async ({ question, signal }: Question): Promise<string> => {
  process.stderr.write(question)
  const terminal = createInterface({ input: process.stdin, output: silence(), terminal: true })
  const interrupted = new AbortController()
  // readline takes Ctrl-C for itself: no signal reaches the process.
  terminal.once('SIGINT', () => interrupted.abort())
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const either = AbortSignal.any([signal, interrupted.signal])
  try {
    return await Promise.race([terminal.question('', { signal: either }), closed])
  } catch (error) {
    if (!either.aborted) throw error
    throw interruption(either, 'waiting for the value; nothing was changed')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

/** A value that is nowhere to be seen: asked for without echo on a terminal, else all of standard input. */
export const readSecret = (question: Question): Promise<string> =>
  process.stdin.isTTY === true ? ask(question) : text(process.stdin)
