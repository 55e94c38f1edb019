import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import { readProcess } from '../../../tools/process-facts.ts'
import { createDirectory } from '../../create-directory.ts'
import { whenNotWritable } from '../../state-not-writable.ts'
import { ensureEmbeddedPostgres, stopPostgres } from '../embedded-postgres.ts'
import { readLogTail } from '../log-tail.ts'
import { postgresLog } from '../start-postmaster.ts'
import type { StatePaths } from '../state-paths.ts'

export type TemporaryPlace = {
  /** Holds all of it; removed as a whole. */
  readonly folder: string
  /** Where a server of ours keeps its things, as if it were an environment's. */
  readonly paths: StatePaths
}

const ownerFile = (folder: string): string => join(folder, 'owner')

const placeIn = (folder: string, paths: StatePaths): TemporaryPlace => ({
  folder,
  paths: {
    ...paths,
    postgres: join(folder, 'postgres'),
    logs: join(folder, 'logs'),
    secrets: join(folder, 'secrets'),
  },
})

/** On the disk of the state, where the server's user may go: /tmp may be small, or closed to who is not root. */
const drillsFolder = (paths: StatePaths): string => join(paths.environment, 'backup')

const never = new AbortController().signal

const removePlace = async ({ folder, paths }: TemporaryPlace): Promise<void> => {
  // Also after an interrupt: what was started here is nobody else's.
  await stopPostgres(paths, never)
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** A folder that has no owner file yet tells in its name whose it is: `unowned-<process id>-<random>`. */
const unownedName = (name: string): string => `unowned-${process.pid}-${name}`
const makerOf = (name: string): string | null => /^unowned-(\d+)-/.exec(name)?.[1] ?? null

const isAtWork = async (folder: string): Promise<boolean> => {
  const maker = makerOf(basename(folder))
  // A process that only has the same id now keeps an empty folder for a while, which harms nobody.
  if (maker !== null) return (await readProcess(Number(maker)))?.zombie === false
  const [processId = '', start] = (await readFile(ownerFile(folder), 'utf8').catch(() => '')).split(' ')
  return processId !== '' && (await readProcess(Number(processId)))?.start === start
}

/** What a shopctl left that was killed: a server that nobody asks, and a folder. */
const removeAbandoned = async (paths: StatePaths): Promise<void> => {
  const names = await readdir(drillsFolder(paths)).catch(() => [])
  for (const name of names) {
    const folder = join(drillsFolder(paths), name)
    if (!(await isAtWork(folder))) await removePlace(placeIn(folder, paths))
  }
}

/** The folder gets its name when it has its owner: another drill would take it for abandoned before that. */
const makeOwned = async (folder: string): Promise<void> => {
  const unowned = join(dirname(folder), unownedName(basename(folder)))
  await createDirectory(unowned, 'readable')
  try {
    await writeFile(ownerFile(unowned), `${process.pid} ${(await readProcess(process.pid))?.start}`)
    await rename(unowned, folder)
  } catch (error) {
    await rm(unowned, { recursive: true, force: true })
    throw whenNotWritable(error, ownerFile(folder))
  }
}

/** A folder of its own for one drill. Throws STATE_NOT_WRITABLE (refused). */
export const makePlace = async (paths: StatePaths): Promise<TemporaryPlace> => {
  await removeAbandoned(paths)
  const folder = join(drillsFolder(paths), randomBytes(4).toString('hex'))
  const place = placeIn(folder, paths)
  await makeOwned(folder)
  await createDirectory(place.paths.postgres, 'readable')
  await createDirectory(place.paths.logs, 'readable')
  await createDirectory(place.paths.secrets, 'private')
  return place
}

export { removePlace }

/** A failure of the drill's own server says nothing of the backup, and its commands would name the shop's own data. */
export const notRestored = (why: readonly string[], cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'BACKUP_NOT_RESTORED',
    outcome: 'refused',
    what: 'The dump could not be restored for a reason of this machine, so it is not known whether it is good; nothing of the shop was changed.',
    why,
    fix: ['df -h .', toType('backup verify --env local')],
    cause,
  })

const keepsItsMeaning = ['INTERRUPTED', 'STATE_NOT_WRITABLE', 'POSTGRES_NOT_INSTALLED', 'POSTGRES_USER_KEPT_OUT']

/** The words of the failure and the last ones of the server's log, which tell of a full disk before anything else does. */
export const asNotRestored = async (error: unknown, { paths }: TemporaryPlace): Promise<unknown> => {
  if (error instanceof ShopctlError && keepsItsMeaning.includes(error.code)) return error
  // Without a code it is neither the system's nor the server's, but a bug of ours.
  if (!(error instanceof Error && 'code' in error)) return error
  const said = error instanceof ShopctlError ? [error.message, ...error.why] : [error.message]
  return notRestored([...said, ...(await readLogTail(postgresLog(paths), { after: 0, lines: 4 }))], error)
}

/** An empty server on a free port. Answers its superuser's address. */
export const startTemporaryPostgres = async (place: TemporaryPlace, signal: AbortSignal): Promise<string> => {
  const { adminUrl } = await ensureEmbeddedPostgres(place.paths, signal)
  return adminUrl
}
