import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import type { BackupDrill, BackupReport } from '../../backup-drill.ts'
import type { Work } from '../../platform.ts'
import { whenNotWritable } from '../../state-not-writable.ts'
import { withConnection } from '../admin-connection.ts'
import { manifestsOf, requireFoundations } from '../local-state.ts'
import type { StatePaths } from '../state-paths.ts'
import { compareRestored } from './compare-restored.ts'
import { type DumpManifest, readDumpManifest } from './dump-manifest.ts'
import { migrateRestored } from './migrate-restored.ts'
import { type RestoredDatabase, restoreDatabase } from './restore-dump.ts'
import { takeDump } from './take-dump.ts'
import {
  asNotRestored,
  makePlace,
  removePlace,
  startTemporaryPostgres,
  type TemporaryPlace,
} from './temporary-postgres.ts'

const taken = (folder: string): ShopctlError =>
  new ShopctlError({
    code: 'BACKUP_EXISTS',
    outcome: 'refused',
    what: `${folder} is there already; a dump is never written over another one. Nothing was changed.`,
    fix: [toType('backup verify --env local --keep another-folder')],
  })

type Dumped = { readonly manifest: DumpManifest; readonly folder: string; readonly kept: boolean }

const timed = async <Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> => {
  const began = performance.now()
  return [await work(), Math.round(performance.now() - began)]
}

/** One drill: a dump, a server of its own, and what came back. README.md in this folder says why it is done so. */
export const openBackupDrill = async (paths: StatePaths): Promise<BackupDrill> => {
  const place = await makePlace(paths)
  let partial: string | null = null
  let dumped: Dumped | null = null
  let dumpMilliseconds: number | null = null
  let restored: ReadonlyMap<string, RestoredDatabase> = new Map()
  let restoreMilliseconds = 0

  return {
    async dump(release, { keep }, work) {
      const { databases } = await requireFoundations(paths)
      const target = keep === null ? join(place.folder, 'dump') : resolve(keep)
      if (existsSync(target)) throw taken(target)
      // Under another name until it is whole, so that nobody takes half of one for a backup.
      partial = `${target}.partial-${process.pid}`
      const { environment, number } = release
      const manifests = manifestsOf(release)
      const request = { environment, release: number, manifests, databases, folder: partial }
      const [manifest, milliseconds] = await timed(() => takeDump(request, work))
      await rename(partial, target).catch((error: unknown) => {
        throw whenNotWritable(error, target)
      })
      partial = null
      dumpMilliseconds = milliseconds
      dumped = { manifest, folder: target, kept: keep !== null }
    },

    async open(folder) {
      dumped = { manifest: await readDumpManifest(resolve(folder)), folder: resolve(folder), kept: true }
    },

    async restore(releases, work) {
      if (dumped === null) throw new Error('There is no dump to restore yet.')
      const { manifest, folder } = dumped
      const request = { manifest, folder, place, paths, releases }
      const restoring = timed(() => restoreAll(request, work))
      const [databases, milliseconds] = await restoring.catch(async (error: unknown) => {
        throw await asNotRestored(error, place)
      })
      restored = databases
      restoreMilliseconds = milliseconds
    },

    report() {
      if (dumped === null) throw new Error('There is nothing to report yet.')
      return reportOf(dumped, { restored, dumpMilliseconds, restoreMilliseconds })
    },

    async close() {
      if (partial !== null) await rm(partial, { recursive: true, force: true })
      await removePlace(place)
    },
  }
}

type Restoring = {
  readonly manifest: DumpManifest
  readonly folder: string
  readonly place: TemporaryPlace
  readonly paths: StatePaths
  readonly releases: Parameters<BackupDrill['restore']>[0]
}

/** One database after the other: side by side they would only wait for the same disk. */
const restoreAll = async (
  { manifest, folder, place, paths, releases }: Restoring,
  work: Work,
): Promise<ReadonlyMap<string, RestoredDatabase>> => {
  const { signal } = work
  const adminUrl = await startTemporaryPostgres(place, signal)
  const restored = new Map<string, RestoredDatabase>()
  for (const dumped of manifest.databases) {
    const { service } = dumped
    await withConnection(adminUrl, signal, (client) =>
      client.query(`create database ${client.escapeIdentifier(service)}`),
    )
    const url = new URL(adminUrl)
    url.pathname = `/${service}`
    const migrate = () => migrateRestored({ dumped, url: url.href, paths, releases, signal })
    restored.set(service, await restoreDatabase({ dumped, folder, url: url.href, migrate }, work))
  }
  return restored
}

type Outcome = {
  readonly restored: ReadonlyMap<string, RestoredDatabase>
  readonly dumpMilliseconds: number | null
  readonly restoreMilliseconds: number
}

const reportOf = ({ manifest, folder, kept }: Dumped, { restored, ...times }: Outcome): BackupReport => {
  const compared = manifest.databases.flatMap((database) => {
    const found = restored.get(database.service)
    return found === undefined ? [] : [compareRestored(database, found)]
  })
  const findings = compared.flatMap((one) => one.findings)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  // A dump of no database would have nothing wrong with it.
  const isWhole = compared.length > 0 && compared.length === manifest.databases.length
  return {
    schema: 'shopctl.backup-verify/1',
    verdict: isWhole && findings.length === 0 ? 'verified' : 'not-verified',
    takenAt: manifest.databases.map(({ takenAt }) => takenAt).toSorted()[0] ?? '',
    dump: kept ? folder : null,
    bytes: sum(manifest.databases.flatMap(({ tables }) => tables.map(({ bytes }) => bytes))),
    tables: compared.flatMap(({ tables }) => tables),
    sequences: sum(manifest.databases.map(({ sequences }) => sequences.length)),
    findings,
    notCompared: compared.flatMap(({ notCompared }) => notCompared),
    ...times,
  }
}
