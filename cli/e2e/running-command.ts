import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

export type CommandResult = {
  /** As a shell tells it: 128 and its number for a signal. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

export type CommandOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Sends the signal once the output matches. */
  readonly signalAfter?: { readonly signal: NodeJS.Signals; readonly output: string | RegExp }
  /** Runs it on a terminal this wide; stdout then holds both streams as the terminal got them. */
  readonly tty?: { readonly columns: number }
  /** From where it is started; the shop's root where it is left out. */
  readonly cwd?: string
}

export type RunningCommand = {
  readonly pid: number
  /** Both streams as they came. */
  output(): string
  /** Resolves when the output matches; rejects with the output where the command ends without. */
  waitFor(wanted: string | RegExp, seconds?: number): Promise<void>
  write(text: string): void
  kill(signal: NodeJS.Signals): void
  result(): Promise<CommandResult>
}

type Call = {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** `script` gives a pseudo terminal; its size must be set or everything wraps at nothing. */
const onTerminal = ({ program, args, env, cwd }: Call, columns: number): Call => {
  const line = `stty cols ${columns} rows 50; exec ${[program, ...args].map(quoted).join(' ')}`
  return { program: 'script', args: ['-qefc', line, '/dev/null'], env: { ...env, TERM: 'xterm-256color' }, cwd }
}

const matches = (output: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? output.includes(wanted) : wanted.test(output)

const resultOf = async (
  child: ChildProcess,
  read: () => { stdout: string; stderr: string },
): Promise<CommandResult> => {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
  child.on('error', reject)
  child.on('close', (code, signal) => {
    const shown = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
    resolve({ code: shown, signal, ...read(), milliseconds: Math.round(performance.now() - began) })
  })
  return promise
}

/** Starts a program and watches what it says. */
export const startCommand = (call: Call, { input, signalAfter, tty }: CommandOptions): RunningCommand => {
  const { program, args, env, cwd } = tty === undefined ? call : onTerminal(call, tty.columns)
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  let output = ''
  const heard = new Set<() => void>()
  const hear = (text: string) => {
    output += text
    for (const listener of heard) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    hear(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    hear(text)
  })
  // It may end without reading what it is given.
  child.stdin.on('error', () => undefined)
  if (input !== undefined) child.stdin.end(input)
  else if (tty === undefined) child.stdin.end()

  const ended = resultOf(child, () => ({ stdout, stderr }))
  const waitFor = async (wanted: string | RegExp, seconds = 60): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => {
      if (matches(output, wanted)) resolve()
    }
    const missed = (why: string) => reject(new Error(`${why} without saying ${wanted}; it said:\n${output}`))
    const timer = setTimeout(() => missed(`${args.join(' ')}: ${seconds} s went by`), seconds * 1000)
    ended.then(({ code }) => missed(`${args.join(' ')} ended with ${code}`), reject)
    heard.add(look)
    look()
    await promise.finally(() => {
      clearTimeout(timer)
      heard.delete(look)
    })
  }
  if (signalAfter !== undefined) {
    // Where it never comes the result tells, with the whole output.
    waitFor(signalAfter.output).then(
      () => child.kill(signalAfter.signal),
      () => undefined,
    )
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    waitFor,
    write: (text) => child.stdin.write(text),
    kill: (signal) => child.kill(signal),
    result: () => ended,
  }
}
