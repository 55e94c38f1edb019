import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

/** What the stand-in does, read from the file beside it: it inherits no environment that could tell. */
export const planSchema = z.object({
  version: z.string(),
  /** How a scan ends. */
  scan: z.enum(['report', 'empty', 'truncated', 'no file', 'report and exit 1', 'hang', 'killed', 'wrong schema']),
  download: z.enum(['works', 'fails']),
  databaseUpdatedAt: z.string(),
  /** The report of each kind of scan. */
  reports: z.partialRecord(z.enum(['image', 'fs', 'secrets', 'config']), z.string()),
})
export type Plan = z.infer<typeof planSchema>

export const callSchema = z.object({
  args: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
})

const after = (args: readonly string[], flag: string): string => args[args.indexOf(flag) + 1] ?? ''

const kindOf = (args: readonly string[]) => {
  if (args[0] === 'image') return 'image'
  if (args[0] === 'config') return 'config'
  return after(args, '--scanners') === 'secret' ? 'secrets' : 'fs'
}

const fatal = (message: string): never => {
  process.stderr.write(`2026-08-01T10:00:00Z\tFATAL\t${message}\n`)
  process.exit(1)
}

/** As BoltDB does it: whoever comes second does not get in. */
const exclusively = async (file: string, work: () => Promise<void>): Promise<void> => {
  try {
    openSync(file, 'wx')
  } catch {
    fatal('cache may be in use by another process')
  }
  await work()
  rmSync(file)
}

const overlapMilliseconds = 150

const download = async (plan: Plan, cache: string): Promise<void> => {
  if (plan.download === 'fails') fatal('failed to download vulnerability DB')
  await exclusively(join(cache, 'downloading'), async () => {
    await pause(overlapMilliseconds)
    mkdirSync(join(cache, 'db'), { recursive: true })
    writeFileSync(join(cache, 'db', 'metadata.json'), plan.databaseUpdatedAt)
  })
}

const version = (plan: Plan, cache: string): void => {
  const metadata = join(cache, 'db', 'metadata.json')
  const database = existsSync(metadata)
    ? { VulnerabilityDB: { Version: 2, UpdatedAt: readFileSync(metadata, 'utf8') } }
    : {}
  process.stdout.write(JSON.stringify({ Version: plan.version, ...database }))
}

const scan = async (plan: Plan, args: readonly string[]): Promise<void> => {
  const cache = after(args, '--cache-dir')
  const needsDatabase = !['config', 'secrets'].includes(kindOf(args))
  if (needsDatabase && !existsSync(join(cache, 'db'))) fatal('--skip-db-update cannot be specified on the first run')
  const onDisk = args[0] === 'image' && !args.includes('memory')
  if (onDisk) return exclusively(join(cache, 'fanal.db'), () => pause(overlapMilliseconds))
  if (plan.scan === 'hang') await pause(600_000)
  if (plan.scan === 'killed') process.kill(process.pid, 'SIGKILL')
  if (plan.scan === 'no file') return
  const artifact = args.includes('--input') ? after(args, '--input') : (args.at(-3) ?? '')
  const recorded = readFileSync(plan.reports[kindOf(args)] ?? '', 'utf8').replaceAll('ARTIFACT', artifact)
  const changed: Partial<Record<Plan['scan'], string>> = {
    empty: '',
    truncated: recorded.slice(0, recorded.length / 2),
    'wrong schema': recorded.replace('"SchemaVersion": 2', '"SchemaVersion": 1'),
  }
  writeFileSync(after(args, '--output'), changed[plan.scan] ?? recorded)
  if (plan.scan === 'report and exit 1') process.exit(1)
}

/** Answers as Trivy does, with recorded reports, and writes down how it was called. */
export const fakeTrivy = async (directory: string): Promise<void> => {
  const plan = planSchema.parse(JSON.parse(readFileSync(join(directory, 'plan.json'), 'utf8')))
  const args = process.argv.slice(2)
  const call = { args, cwd: process.cwd(), env: process.env }
  appendFileSync(join(directory, 'calls.jsonl'), `${JSON.stringify(call)}\n`)
  const cache = after(args, '--cache-dir')
  if (args[0] === 'version') return version(plan, cache)
  if (args.includes('--download-db-only')) return download(plan, cache)
  return scan(plan, args)
}
