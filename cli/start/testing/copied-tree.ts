import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export const repository = join(import.meta.dirname, '..', '..', '..')

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

export type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended> }

export type CopiedTree = {
  readonly root: string
  readonly launcher: string
  /** A folder that stands first on the PATH of what is started. */
  readonly programs: string
  /** Puts a shell script on that PATH. */
  program(name: string, script: string): void
  /** Links what is installed here, as an install would have brought it. */
  linkDependencies(): void
  start(words: readonly string[], options?: RunOptions): Started
  run(words: readonly string[], options?: RunOptions): Promise<Ended>
  remove(): void
}

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** The whole PATH instead of `programs` before the usual one. */
  readonly path?: string
  readonly cwd?: string
  readonly launcher?: string
}

const copied = ['bin', 'cli', 'stacks', 'services', 'package.json', 'package-lock.json']

/** The commands that need no engine: what the rest of the repository does is not this test's matter. */
const kept = ['help', 'completion.ts']

/** A copy of the repository in a folder with a space in its name, without dependencies. */
export const copyTree = (): CopiedTree => {
  const base = mkdtempSync(join(tmpdir(), 'shopctl start '))
  const root = join(base, 'a tree')
  const programs = join(base, 'programs')
  const installed = join(repository, 'node_modules')
  mkdirSync(programs)
  for (const name of copied) cpSync(join(repository, name), join(root, name), { recursive: true })
  const commands = join(root, 'cli', 'commands')
  for (const name of readdirSync(commands)) if (!kept.includes(name)) rmSync(join(commands, name), { recursive: true })

  const start: CopiedTree['start'] = (
    words,
    { env = {}, path, cwd = base, launcher = join(root, 'bin', 'shopctl') } = {},
  ) => {
    const child = spawn(launcher, words, {
      cwd,
      env: { HOME: base, PATH: path ?? [programs, process.env.PATH].join(delimiter), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (bytes) => {
      stdout += bytes
    })
    child.stderr.on('data', (bytes) => {
      stderr += bytes
    })
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
    })
    return { child, ended }
  }

  return {
    root,
    launcher: join(root, 'bin', 'shopctl'),
    programs,
    program: (name, script) => writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    linkDependencies: () => {
      mkdirSync(join(root, 'node_modules'))
      const entries = readdirSync(installed).filter((name) => !name.startsWith('.shopctl'))
      for (const name of entries) symlinkSync(join(installed, name), join(root, 'node_modules', name))
    },
    start,
    run: (words, options) => start(words, options).ended,
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}
