import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { RunTool, ToolResult } from '../tools/tool-call.ts'

export type StacksInstallation = {
  /** The folder with package.json. */
  readonly repository: string
  readonly say: (message: string) => void
  readonly signal: AbortSignal
  readonly run: RunTool
}

/** What stacks/ imports; bin/installed.cjs has the same list. */
export const stackPackages = ['cdktf', '@cdktf/provider-aws', 'constructs'] as const

/** Megabytes of the three together: what comes over the network, and on disk. */
const size = { fetched: 36, onDisk: 380 }

/** Over a slow line, and after another command's install. */
const timeoutSeconds = 30 * 60

const doing = 'fetching the packages that infra needs'

const refused = 3
const interrupted = 130

const manifest = z.object({
  version: z.string().optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
})

const refusal = z.object({
  error: z.object({ code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) }),
})

const readText = (file: string): Promise<string | null> => readFile(file, 'utf8').catch((): null => null)

const parseManifest = (text: string | null): z.infer<typeof manifest> => {
  if (text === null) return {}
  try {
    return manifest.parse(JSON.parse(text))
  } catch {
    // Cut off in the middle of an install.
    return {}
  }
}

/** Whether all of them are there, whole and as package.json pins them, told from five small files. */
const areInstalled = async (repository: string, wanted: Readonly<Record<string, string>>): Promise<boolean> => {
  const modules = join(repository, 'node_modules')
  const [unfinished, ...found] = await Promise.all(
    [join(modules, '.shopctl-installing'), ...stackPackages.map((name) => join(modules, name, 'package.json'))].map(
      readText,
    ),
  )
  if (unfinished !== null) return false
  return stackPackages.every((name, index) => parseManifest(found[index] ?? null).version === wanted[name])
}

/** The Node that the launcher starts with, as set-up.cjs knows it: it must not be taken away by this install. */
const launchedWith = async (repository: string): Promise<string> => {
  const ready = await readText(join(repository, 'node_modules', '.shopctl-ready'))
  const remembered = ready?.split('\n')[0]
  if (remembered) return remembered
  const bundled = 'node_modules/node/bin/node'
  return relative(repository, process.execPath) === bundled ? bundled : process.execPath
}

const killed = (exitCode: number): ShopctlError =>
  new ShopctlError({
    code: 'INSTALL_FAILED',
    outcome: 'refused',
    what: 'The install of the packages that infra needs was killed; the next one begins anew.',
    why: [`bin/set-up.cjs ended with exit code ${exitCode}`],
    fix: [`SHOPCTL_INSTALL=infrastructure ${toType('').trimEnd()}`],
  })

const failureOf = ({ exitCode, stdout, stderr }: ToolResult): Error => {
  if (exitCode > 128) return killed(exitCode)
  if (exitCode !== refused) return new Error(`bin/set-up.cjs ended with exit code ${exitCode}:\n${stderr}`)
  const { error } = refusal.parse(JSON.parse(stdout))
  return new ShopctlError({ ...error, outcome: 'refused' })
}

/**
 * Brings cdktf and its bindings the first time that something is synthesised; afterwards it reads five small files.
 * Throws what bin/set-up.cjs refused with (OFFLINE, TREE_NOT_WRITABLE, DISK_FULL, NPM_MISSING, INSTALL_FAILED: refused),
 * INTERRUPTED or TOOL_TIMEOUT (unknown). An install that was cut off is begun anew by the next call.
 */
export const ensureStacksInstalled = async ({ repository, say, signal, run }: StacksInstallation): Promise<void> => {
  const { devDependencies = {} } = parseManifest(await readText(join(repository, 'package.json')))
  if (await areInstalled(repository, devDependencies)) return
  const names = stackPackages.map((name) => `${name} ${devDependencies[name]}`).join(', ')
  say(`fetching ${names} into node_modules (${size.fetched} MB, ${size.onDisk} MB on disk; once)`)
  const result = await run(
    {
      program: process.execPath,
      // The flag makes it print the refusal as JSON.
      args: [join(repository, 'bin', 'set-up.cjs'), await launchedWith(repository), '--json'],
      env: { SHOPCTL_INSTALL: 'infrastructure' },
      cwd: repository,
      timeoutSeconds,
    },
    signal,
  ).catch((error: unknown) => {
    throw signal.aborted ? interruption(signal, doing) : error
  })
  if (result.exitCode === interrupted) throw interruption(signal, doing)
  if (result.exitCode !== 0) throw failureOf(result)
}
