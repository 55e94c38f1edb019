import type { ReleaseRecord } from '../releases/release.ts'

/** As the `Work` of platform.ts, which knows this file. */
export type DrillWork = { readonly say: (message: string) => void; readonly signal: AbortSignal }

/** One table of a service's database, as it was dumped and as it came back. */
export type RestoredTable = {
  readonly service: string
  /** With its schema: `public.orders`. */
  readonly table: string
  readonly rows: number
  /** Null where it did not come back at all. */
  readonly restoredRows: number | null
  /** Of all rows in any order; 128 bits in hexadecimal digits. */
  readonly checksum: string
  readonly restoredChecksum: string | null
  readonly verdict: 'same' | 'different' | 'damaged' | 'missing'
}

export type BackupReport = {
  readonly schema: 'shopctl.backup-verify/1'
  /** `verified`: all that was dumped came back, and nothing else. */
  readonly verdict: 'verified' | 'not-verified'
  /** The moment of the first of the snapshots, one for each database. */
  readonly takenAt: string
  /** Where the dump stays; null where it was removed again. */
  readonly dump: string | null
  readonly bytes: number
  readonly tables: readonly RestoredTable[]
  readonly sequences: number
  /** What did not come back as it was, in sentences, with the service in front. */
  readonly findings: readonly string[]
  /** What was not compared, and why. */
  readonly notCompared: readonly string[]
  /** Null where a dump was verified that was taken before. */
  readonly dumpMilliseconds: number | null
  readonly restoreMilliseconds: number
}

export type DumpOptions = {
  /** A folder that is to be made and kept; null: the dump is removed with the drill. */
  readonly keep: string | null
}

/** Shows that a backup can be restored, without touching what it is a backup of. `close` always. */
export type BackupDrill = {
  /** Each database in one snapshot, into files. Throws STATE_NOT_WRITABLE, BACKUP_EXISTS or the database's failures. */
  dump(release: ReleaseRecord, options: DumpOptions, work: DrillWork): Promise<void>
  /** In place of `dump`: one that was kept before. Throws DUMP_UNREADABLE (a check said no). */
  open(folder: string): Promise<void>
  /** Into a fresh server of its own. Throws BACKUP_NOT_RESTORED (refused) where that could not be tried. */
  restore(releases: readonly ReleaseRecord[], work: DrillWork): Promise<void>
  report(): BackupReport
  /** Stops the server and removes what is not to be kept, whatever happened before. */
  close(): Promise<void>
}
