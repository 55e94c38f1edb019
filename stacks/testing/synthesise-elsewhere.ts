import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type StackReference, stackName } from '../stack-reference.ts'
import { stackReferences } from './synthesised.ts'

export type Elsewhere = {
  readonly timeZone: string
  /** Code that runs first, for example to put another library in a library's place. */
  readonly before?: string
}

const source = pathToFileURL(join(import.meta.dirname, '..', 'main.ts')).href

/** Whoever asks anything of the network ends the process. */
const withoutNetwork = `
  import net from 'node:net'
  import dns from 'node:dns'
  const refuse = () => { throw new Error('a synth asked the network') }
  net.Socket.prototype.connect = refuse
  dns.lookup = refuse
`

const program = (before: string, folder: string) => `
  ${before}
  ${withoutNetwork}
  const { synthesise } = await import(${JSON.stringify(source)})
  for (const [name, stack] of ${JSON.stringify(stackReferences.map((stack) => [stackName(stack), stack]))})
    synthesise(stack, { folder: ${JSON.stringify(folder)} + '/' + name, backend: 's3' })
`

/**
 * Texts of all stacks, made by a process of its own: in another folder and time zone, without credentials, a PATH, a
 * network or the right to start programs.
 */
export const synthesiseElsewhere = ({ timeZone, before = '' }: Elsewhere): ReadonlyMap<string, string> => {
  const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'))
  try {
    const allowed = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${folder}`]
    execFileSync(process.execPath, [...allowed, '--input-type=module', '-e', program(before, folder)], {
      cwd: folder,
      env: { TZ: timeZone, LC_ALL: 'tr_TR.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const text = (stack: StackReference) => readFileSync(join(folder, stackName(stack), 'cdk.tf.json'), 'utf8')
    return new Map(stackReferences.map((stack) => [stackName(stack), text(stack)]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
