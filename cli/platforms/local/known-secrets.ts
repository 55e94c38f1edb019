import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownServiceSecrets } from '../shared-service-secrets.ts'
import { type Foundations, servicesRootOf } from './foundations-file.ts'

type SecretSources = {
  readonly foundations: Foundations | null
  /** What people set themselves. */
  readonly overrides: readonly string[]
  readonly variables: NodeJS.ProcessEnv
}

/** Everything that may stand in a message of the database, a service or a tool and must not be shown. */
export const knownSecrets = ({ foundations, overrides, variables }: SecretSources): readonly string[] => {
  const named = [variables.DATABASE_URL, variables.REDIS_URL]
  const made =
    foundations === null
      ? []
      : [
          foundations.controlToken,
          foundations.cursorKey,
          foundations.signingKeys,
          foundations.redisUrl,
          ...ownServiceSecrets(servicesRootOf(foundations)).map(({ value }) => value),
          // The demo accounts' passwords are there to be shown.
          ...Object.values(foundations.databases).flatMap(({ url, migrationUrl }) => [url, migrationUrl]),
        ]
  return [...overrides, ...named, ...made].filter(
    (secret): secret is string => typeof secret === 'string' && secret !== '',
  )
}

/** The secret settings that one process was given. */
export const secretsOfSettings = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => [])
  return Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
}

/** The secret settings that any process was given whose log may still be there: a setting may have been changed since. */
export const secretsOfAllSettings = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => [])
  const secrets = await Promise.all(names.map((name) => secretsOfSettings(join(directory, name))))
  return [...new Set(secrets.flat())]
}
