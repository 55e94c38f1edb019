import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { withConnection } from './admin-connection.ts'
import { type FoundObjects, fetchObjects } from './create-databases.ts'
import type { DatabasePlan } from './database-plan.ts'
import type { PostgresServer } from './postgres.ts'
import { dataDirectoryOf } from './postgres-cluster.ts'
import type { StatePaths } from './state-paths.ts'

/** What was made the last time, on which server and with which passwords. */
const stampSchema = z.object({ made: z.string(), objects: z.record(z.string(), z.number()) })

const stampFile = (paths: StatePaths): string => join(paths.environment, 'databases.json')

export type Stamped = {
  readonly server: PostgresServer
  readonly plans: readonly DatabasePlan[]
  readonly paths: StatePaths
  readonly signal: AbortSignal
}

/** The embedded server's data directory is made once under its final inode; another server is known by its address. */
const serverIdentity = async ({ server, paths }: Stamped): Promise<string> => {
  if (server.kind === 'external') return new URL(server.adminUrl).host
  const { ino, birthtimeMs } = await stat(join(dataDirectoryOf(paths), 'PG_VERSION'))
  return `${ino} ${birthtimeMs}`
}

/** A digest, because the plans hold passwords. */
const digestOf = async (stamped: Stamped): Promise<string> => {
  const facts = JSON.stringify([await serverIdentity(stamped), stamped.plans])
  return createHash('sha256').update(facts).digest('hex')
}

const readStamp = async (paths: StatePaths) => {
  try {
    return stampSchema.parse(JSON.parse(await readFile(stampFile(paths), 'utf8')))
  } catch {
    return null
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The embedded server's own files tell without a connection which databases there are. */
const haveFiles = async (objects: FoundObjects, { plans, paths }: Stamped): Promise<boolean> => {
  const directories = plans.map((plan) => join(dataDirectoryOf(paths), 'base', String(objects[plan.database])))
  return (await Promise.all(directories.map(exists))).every(Boolean)
}

const areOnServer = async (objects: FoundObjects, { server, plans, signal }: Stamped): Promise<boolean> => {
  const found = await withConnection(server.adminUrl, signal, (client) => fetchObjects(client, plans))
  const names = plans.flatMap((plan) => [plan.database, plan.owner, plan.app])
  return names.every((name) => found[name] !== undefined && found[name] === objects[name])
}

/** Whether everything is still as the last run left it. */
export const areDatabasesMade = async (stamped: Stamped): Promise<boolean> => {
  const stamp = await readStamp(stamped.paths)
  if (stamp === null || stamp.made !== (await digestOf(stamped))) return false
  return stamped.server.kind === 'embedded' ? haveFiles(stamp.objects, stamped) : areOnServer(stamp.objects, stamped)
}

export const writeStamp = async (objects: FoundObjects, stamped: Stamped): Promise<void> => {
  await writeFileAtomically(stampFile(stamped.paths), JSON.stringify({ made: await digestOf(stamped), objects }))
}
