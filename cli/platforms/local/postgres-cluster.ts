import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { chown, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { runTool } from '../../tools/run-tool.ts'
import { createDirectory } from '../create-directory.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { asServerUser, type ServerUser } from './postgres-user.ts'
import type { StatePaths } from './state-paths.ts'

const initdbSeconds = 120
const partial = 'partial-'

export const serverVariables = { LC_ALL: 'C', TZ: 'UTC' } as const

/** The data directory by its real name: a server that runs is recognised by it. */
export const dataDirectoryOf = (paths: StatePaths): string =>
  join(existsSync(paths.postgres) ? realpathSync(paths.postgres) : paths.postgres, 'data')

const deleteData = (paths: StatePaths): string => toType(`down --delete-data --env ${basename(paths.environment)}`)

const refuse = (code: string, paths: StatePaths, { what, why }: { what: string; why: string[] }): ShopctlError =>
  new ShopctlError({ code, outcome: 'refused', what, why, fix: [deleteData(paths)] })

const readVersion = (dataDirectory: string): Promise<string | null> =>
  readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  )

/** Refuses data that these programs or this user cannot use, before anything touches it. */
export const checkCluster = async (paths: StatePaths, expected: { major: string; uid: number }): Promise<void> => {
  const directory = dataDirectoryOf(paths)
  const owner = statSync(directory).uid
  if (owner !== expected.uid) {
    const why = [`${directory} belongs to user ${owner}; PostgreSQL would run as user ${expected.uid}`]
    throw refuse('POSTGRES_DATA_OWNER', paths, { what: 'The local PostgreSQL data belongs to another user.', why })
  }
  const found = await readVersion(directory)
  if (found === null) {
    const why = [`${join(directory, 'PG_VERSION')} cannot be read`]
    throw refuse('POSTGRES_DATA_DAMAGED', paths, { what: 'The local PostgreSQL data is damaged.', why })
  }
  if (found === expected.major) return
  const why = [`${join(directory, 'PG_VERSION')} says ${found}; the installed PostgreSQL is ${expected.major}`]
  throw refuse('POSTGRES_DATA_VERSION', paths, {
    what: `The local PostgreSQL data was written by version ${found} and version ${expected.major} cannot read it.`,
    why,
  })
}

type Creation = {
  readonly binaries: PostgresBinaries
  readonly user: ServerUser
  readonly password: string
  readonly signal: AbortSignal
}

const removePartial = async (directory: string): Promise<void> => {
  const left = (await readdir(directory)).filter((name) => name.startsWith(partial))
  await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })))
}

const initdbArguments = (directory: string, passwordFile: string): string[] => [
  ...['-D', directory, '-U', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
  ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
  // Segments of 16 MB would make the empty database three times as large.
  ...['--wal-segsize', '4', '--no-instructions', '--no-clean'],
]

/** Makes an empty cluster under another name first, so that a crash or a full disk never leaves half of one. */
export const createCluster = async (paths: StatePaths, creation: Creation): Promise<void> => {
  const { binaries, user, password, signal } = creation
  await createDirectory(paths.postgres, 'readable')
  const data = dataDirectoryOf(paths)
  const parent = join(data, '..')
  const draft = join(parent, `${partial}${randomBytes(4).toString('hex')}`)
  const passwordFile = `${draft}.password`
  try {
    await removePartial(parent)
    if (user.uid !== process.getuid?.()) await chown(parent, user.uid, user.uid)
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (user.uid !== process.getuid?.()) await chown(passwordFile, user.uid, user.uid)
    const program = asServerUser(user, binaries.initdb, initdbArguments(draft, passwordFile))
    const call = {
      ...program,
      env: serverVariables,
      inherit: 'nothing',
      cwd: '/',
      timeoutSeconds: initdbSeconds,
    } as const
    const { exitCode, stderr } = await runTool(call, signal)
    if (exitCode !== 0) throw notCreated(parent, stderr)
    await rename(draft, data)
  } catch (error) {
    throw whenNotWritable(error, data)
  } finally {
    await removePartial(parent).catch(() => undefined)
  }
}

const notCreated = (directory: string, stderr: string): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_NOT_CREATED',
    outcome: 'refused',
    what: 'The local PostgreSQL could not make its data directory; nothing is left of it.',
    why: stderr.trim().split('\n').slice(-8),
    fix: [`df -h ${quoteWord(directory)}`],
  })
