import { join } from 'node:path'
import { createDirectory } from '../create-directory.ts'
import { stateRoot } from '../state-root.ts'

/** Where shopctl keeps what it knows. Everything but the bundles belongs to one environment. */
export type StatePaths = {
  /** Holds no state: programs that npm installed are found from here. */
  readonly repository: string
  readonly root: string
  /** Bundles are named by content, so environments share them. */
  readonly bundles: string
  readonly environment: string
  readonly releases: string
  readonly lock: string
  readonly processes: string
  readonly logs: string
  /** Private, as are the secrets: each value a file of mode 0600. */
  readonly settings: string
  readonly secrets: string
  readonly postgres: string
  readonly redis: string
  readonly mail: string
  /** Invoices: a release comes and goes, they stay. */
  readonly documents: string
  readonly routes: string
}

export type StatePlace = {
  readonly repository: string
  readonly environment: string
  /** `SHOPCTL_STATE_DIR` puts the state elsewhere than into the repository. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

export const statePaths = ({ repository, environment, variables }: StatePlace): StatePaths => {
  const root = stateRoot({ repository, variables })
  const below = (name: string) => join(root, environment, name)
  return {
    repository,
    root,
    bundles: join(root, 'bundles'),
    environment: join(root, environment),
    releases: below('releases'),
    lock: below('lock'),
    processes: below('processes'),
    logs: below('logs'),
    settings: below('settings'),
    secrets: below('secrets'),
    postgres: below('postgres'),
    redis: below('redis'),
    mail: below('mail'),
    documents: below('documents'),
    routes: below('routes.json'),
  }
}

/** Creates what is missing. Throws STATE_NOT_WRITABLE (refused) with the path and the system's own words. */
export const createStateDirectories = async (paths: StatePaths): Promise<void> => {
  const { bundles, releases, lock, processes, logs, postgres, redis, mail, documents, settings, secrets } = paths
  const readable = [bundles, releases, lock, processes, logs, postgres, mail, documents]
  await createDirectory(paths.environment, 'readable')
  await Promise.all([
    ...readable.map((path) => createDirectory(path, 'readable')),
    ...[settings, secrets, redis].map((path) => createDirectory(path, 'private')),
  ])
}
