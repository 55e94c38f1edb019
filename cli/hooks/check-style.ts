import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { lastWords } from '../tools/last-words.ts'
import type { RunTool } from '../tools/tool-call.ts'
import type { Finding } from './find-secrets.ts'
import type { Git } from './git.ts'

export type StyleRequest = {
  readonly git: Git
  /** The folder of biome.json. */
  readonly directory: string
  /** Of that folder within its repository, with a slash at its end; empty where it is the same. */
  readonly prefix: string
  readonly run: RunTool
  readonly signal: AbortSignal
}

const styled = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.jsonc', '.css'])

/** What biome judges by, as it is staged: that is what the commit will be judged by. */
const judgedBy = ['biome.json', 'package.json', '.gitignore', 'cli/style']

/** Biome calls it experimental; which biome it is is pinned, and another form is told. */
const report = z.object({
  diagnostics: z.array(
    z.object({
      severity: z.string(),
      category: z.string(),
      message: z.string(),
      location: z.object({ path: z.string(), start: z.object({ line: z.int() }) }),
    }),
  ),
})

const notInstalled = (): ShopctlError =>
  new ShopctlError({
    code: 'BIOME_MISSING',
    outcome: 'refused',
    what: 'What is staged cannot be checked for format and lint; nothing was committed.',
    why: ['biome is not in node_modules: only what shopctl itself needs is installed'],
    fix: ['npm install --include=dev'],
  })

const parseReport = (stdout: string, stderr: string): z.infer<typeof report> => {
  try {
    return report.parse(JSON.parse(stdout))
  } catch (cause) {
    throw new ShopctlError({
      code: 'BIOME_FAILED',
      outcome: 'unknown',
      what: 'biome ended without a report; nothing was committed.',
      why: lastWords(`${stdout}\n${stderr}`.trimEnd().split('\n')),
      cause,
    })
  }
}

/** A message of several lines is told by its first. */
const messageOf = (rule: string, message: string): string =>
  rule === 'format' && message.startsWith('Formatter would')
    ? 'is not formatted'
    : (message.split('\n')[0] ?? '').trim()

/** Runs biome on the staged content in a folder of its own, so that the working tree does not count. */
const judge = async (paths: readonly string[], place: string, request: StyleRequest): Promise<readonly Finding[]> => {
  const { git, directory, prefix, run, signal } = request
  const rules = (await git(['ls-files', '-z', '--', ...judgedBy])).split('\0').filter(Boolean)
  await git(['checkout-index', `--prefix=${place}/`, '-z', '--stdin'], [...paths, ...rules, ''].join('\0'))
  const program = join(directory, 'node_modules', '.bin', 'biome')
  await access(program).catch(() => Promise.reject(notInstalled()))
  const flags = ['--reporter=json', '--files-ignore-unknown=true', '--no-errors-on-unmatched', '--max-diagnostics=200']
  const call = { program, args: ['check', ...flags, '--', ...paths], cwd: join(place, prefix), timeoutSeconds: 60 }
  const { exitCode, stdout, stderr } = await run(call, signal)
  if (exitCode === 0) return []
  const findings = parseReport(stdout, stderr).diagnostics.flatMap(({ severity, category, message, location }) => {
    if (severity !== 'error') return []
    // Of a file as a whole, as its format is, it says line 0.
    const line = location.start.line === 0 ? null : location.start.line
    return [{ path: location.path, line, rule: category, message: messageOf(category, message) }]
  })
  if (findings.length > 0) return findings
  throw new ShopctlError({
    code: 'BIOME_FAILED',
    outcome: 'unknown',
    what: `biome exited ${exitCode} and named no fault; nothing was committed.`,
    why: lastWords(stderr.trimEnd().split('\n')),
  })
}

/** Format and lint of files as they are staged. */
export const checkStyle = async (files: readonly string[], request: StyleRequest): Promise<readonly Finding[]> => {
  const paths = files.filter((path) => styled.has(extname(path)))
  if (paths.length === 0) return []
  const place = await mkdtemp(join(tmpdir(), 'shopctl-staged-'))
  try {
    return await judge(paths, place, request)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
