import { type Readable, Writable } from 'node:stream'
import type { Container, Exec } from 'dockerode'
import { interruption } from '../../errors/interruption.ts'
import { execExitCode } from './exec-end.ts'

export type ContainerCall = {
  readonly words: readonly string[]
  /** What the program reads from its standard input; null for nothing. */
  readonly input: Readable | null
}

export type ContainerAnswer = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

const pollMilliseconds = 20
const exitCodeSeconds = 30

const collector = () => {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  return { sink, text: () => Buffer.concat(chunks).toString() }
}

/** The engine knows the exit code a moment after the stream has ended. */
const exitCodeOf = async (exec: Exec, words: readonly string[], signal: AbortSignal): Promise<number> => {
  const exitCode = await execExitCode(exec, { deadlineSeconds: exitCodeSeconds, pollMilliseconds, signal })
  if (exitCode !== null) return exitCode
  if (signal.aborted) throw interruption(signal, `running ${words[0]} in a container`)
  throw new Error(`${words[0]} closed its output, and the engine knew no exit code within ${exitCodeSeconds} s`)
}

/** Runs a program in a running container to its end. Throws what the engine says where it cannot be started. */
export const execInContainer = async (
  container: Container,
  { words, input }: ContainerCall,
  signal: AbortSignal,
): Promise<ContainerAnswer> => {
  const exec = await container.exec({ Cmd: [...words], AttachStdin: true, AttachStdout: true, AttachStderr: true })
  const stream = await exec.start({ hijack: true, stdin: true })
  const stop = () => stream.destroy(new Error('interrupted'))
  signal.addEventListener('abort', stop, { once: true })
  const [stdout, stderr] = [collector(), collector()]
  const over = Promise.withResolvers<void>()
  stream.once('end', over.resolve).once('close', over.resolve)
  // A program that ends before it has read everything closes the stream: its exit code says why.
  stream.on('error', () => over.resolve())
  container.modem.demuxStream(stream, stdout.sink, stderr.sink)
  if (input === null) stream.end()
  else input.once('error', (error) => stream.destroy(error)).pipe(stream)
  try {
    await over.promise
    if (signal.aborted) throw interruption(signal, `running ${words[0]} in a container`)
    return { exitCode: await exitCodeOf(exec, words, signal), stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    signal.removeEventListener('abort', stop)
    input?.destroy()
  }
}
