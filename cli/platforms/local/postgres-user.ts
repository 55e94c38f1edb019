import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { findProgram } from './find-program.ts'

/** PostgreSQL refuses to run as root; this user exists by number on every system. */
export const nobody = { uid: 65534, gid: 65534 } as const

/** How a program becomes one that runs as the server's user. */
export type ServerUser = {
  readonly uid: number
  readonly user?: typeof nobody
  /** Program and arguments that go before those of the server. */
  readonly prefix: readonly string[]
}

const othersMayPass = 0o001

const mayPass = (directory: string): boolean => {
  const { mode, uid } = statSync(directory)
  return uid === nobody.uid || (mode & othersMayPass) !== 0
}

/** The first directory on the way to a path that keeps nobody out, or null. */
export const closedOnTheWayTo = (path: string): string | null => {
  const parent = dirname(path)
  if (parent === path) return null
  return closedOnTheWayTo(parent) ?? (mayPass(parent) ? null : parent)
}

/** Without the securebit access(2), with which initdb looks for postgres, counts no capability of who is not root. */
const rightToPass = [
  ...['--securebits', '+no_setuid_fixup'],
  ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
]
const asNobody = ['--reuid', String(nobody.uid), '--regid', String(nobody.gid), '--clear-groups', ...rightToPass]

const keptOut = (directory: string): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_USER_KEPT_OUT',
    outcome: 'refused',
    what: 'The embedded PostgreSQL cannot run here as root, nor as another user.',
    why: [`user ${nobody.uid}, as which it would run, may not enter ${directory}; setpriv is not on PATH`],
    fix: ['sudo apt-get install -y util-linux', `chmod o+x ${quoteWord(directory)}`],
  })

export type Surroundings = {
  readonly uid: number
  /** What the server must reach: its programs and its data. */
  readonly paths: readonly string[]
  readonly searchPath: string | undefined
}

/** As whom the server runs. Throws POSTGRES_USER_KEPT_OUT (refused) where root has no way to let nobody in. */
export const serverUser = async ({ uid, paths, searchPath }: Surroundings): Promise<ServerUser> => {
  if (uid !== 0) return { uid, prefix: [] }
  const closed = paths.map(closedOnTheWayTo).find((directory) => directory !== null)
  if (closed === undefined) return { uid: nobody.uid, user: nobody, prefix: [] }
  const setpriv = await findProgram('setpriv', searchPath)
  if (setpriv === null) throw keptOut(closed)
  return { uid: nobody.uid, prefix: [setpriv, ...asNobody] }
}

/** The words that run a program as the server's user. */
export const asServerUser = (user: ServerUser, program: string, args: readonly string[]) => {
  const [first = program, ...rest] = [...user.prefix, program, ...args]
  return { program: first, args: rest, ...(user.user === undefined ? {} : { user: user.user }) }
}
