import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { bundleFile } from '../../images/bundle-service.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { listLogs } from './logs.ts'
import { settingsDirectory } from './service-settings.ts'
import type { StatePaths } from './state-paths.ts'

/** Releases that can be gone back to. */
const releasesKept = 20
/** Below this many directories looking is not worth the time. */
const directoriesTolerated = 100

const pruneDirectory = async (directory: string, needed: ReadonlySet<string>): Promise<void> => {
  const names = await readdir(directory).catch(() => [])
  if (names.length <= directoriesTolerated) return
  const gone = names.filter((name) => !needed.has(name))
  await Promise.all(gone.map((name) => rm(join(directory, name), { recursive: true, force: true })))
}

/**
 * Removes bundles and settings that no release needs which can still be gone back to. The edge's own bundle is among
 * what is found again by bundling; a running process has its file open. `records` are newest first.
 */
export const pruneState = async (paths: StatePaths, records: readonly ReleaseRecord[]): Promise<void> => {
  const succeeded = records.filter(({ state }) => state === 'succeeded').slice(0, releasesKept)
  const newest = records.slice(0, 3)
  // A log is redacted by the settings that its process had, so they stay as long as it does.
  const logged = new Set((await listLogs(paths.logs)).map(({ release }) => release))
  const readable = records.filter(({ number }) => logged.has(number))
  const needed = [...succeeded, ...newest, ...readable].flatMap(({ services }) => Object.entries(services))
  await pruneDirectory(
    paths.bundles,
    new Set(needed.map(([, { digest }]) => basename(dirname(bundleFile(paths.bundles, digest))))),
  )
  await pruneDirectory(
    paths.settings,
    new Set(
      needed.map(([service, { settingsHash }]) => basename(settingsDirectory(paths.settings, service, settingsHash))),
    ),
  )
}
