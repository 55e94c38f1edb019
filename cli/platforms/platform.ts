import type { Duplex } from 'node:stream'
import type { ShopctlError } from '../errors/shopctl-error.ts'
import type { ReleaseObservation } from '../health/observation.ts'
import type { Evidence, MigrationRecord, ReleaseRecord, ServiceRelease } from '../releases/release.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { LockStore, ReleaseStore } from '../releases/stores.ts'
import type { BackupDrill } from './backup-drill.ts'
import type { Finding } from './finding.ts'

/** A set of services as it is or shall be: service name → what it is. */
export type ServiceSet = Readonly<Record<string, ServiceRelease>>

/** What a release would apply: its services, and what belongs to no single one of them (null where there is none). */
export type Rendered = { readonly services: ServiceSet; readonly shared: ReleaseRecord['shared'] }

/** Fields that another hand changed: left to it, which is a refusal where they differ, or taken over. */
export type Conflicts = 'refuse' | 'take'

/** What a long piece of work is given: where it says how far it is, and what ends it. */
export type Work = { readonly say: (message: string) => void; readonly signal: AbortSignal }

/** What a build made of one service's source. */
export type LoadPodsWish = {
  /** Names them: lower case and digits. */
  readonly run: string
  readonly workers: number
  /** The one that serves: the nodes have its images. */
  readonly release: ReleaseRecord
  /** After which the platform ends them, whoever is there. */
  readonly deadlineSeconds: number
  /** So long customers may take to remove what they have made, once their worker is to end. */
  readonly cleanUpSeconds: number
}

/** Load workers that run and wait for their coordinator. */
export type LoadPods = {
  /** The shop's origin, as it is from there. */
  readonly target: string
  /** A new line to one of them, by its number from 0. */
  connect(worker: number, signal: AbortSignal): Promise<Duplex>
  /**
   * Resolves when they are gone, with all that was made for them. Throws LOAD_PODS_LEFT (failed) where they are not, or
   * nobody waits any more, with when the platform removes them by itself.
   */
  close(signal: AbortSignal): Promise<void>
}

export type Artifact = {
  readonly service: string
  readonly digest: string
  readonly bytes: number
  /** Content hash of the sources that define migrations. */
  readonly migrationsHash: string
  /** True where nothing had to be made because the source has not changed. */
  readonly cached: boolean
  /** Where an image carries it; a bundle that runs as it is has none. */
  readonly image?: {
    /** `registry/repository@sha256:…` */
    readonly reference: string
    readonly platforms: readonly string[]
    readonly compressedBytes: number
    /** `elsewhere`: in a registry that this environment does not take images from. */
    readonly present: 'in-registry' | 'built' | 'elsewhere'
  }
}

/** One field of one object that is not as it is recorded or wanted. Values of secrets are never told. */
export type FieldDifference = {
  readonly object: string
  readonly path: string
  readonly from: string | null
  readonly to: string | null
  /** Who has changed it, where the platform knows. */
  readonly by: string | null
}

/** Where requests reach one release, also before users are moved to it. */
export type EntryPoint = {
  readonly url: string
  /** `routes`: only what the public may ask for leads inside, and no service's own health. */
  readonly reaches?: 'everything' | 'routes'
  readonly headers: Readonly<Record<string, string>>
  /**
   * Where the way to it may break by itself: asks whether it leads anywhere. Throws UNREACHABLE (unknown) where it does
   * not; what got no answer before is then not the release's doing.
   */
  confirm?(signal: AbortSignal): Promise<void>
  /** Ends what was opened to reach it. */
  close?(): Promise<void>
}

export type RunningInstance = {
  readonly service: string
  readonly digest: string
  readonly name: string
  /** `ending`: on its way out, and not to be counted. */
  readonly state: 'ready' | 'not-ready' | 'down' | 'ending'
  readonly detail: string
  readonly sinceSeconds: number | null
}

/** What is up now, asked of the platform itself and not of the records. */
export type RunningState = {
  /** The release that the public entry point routes to; null where there is none. */
  readonly serving: number | null
  readonly entry: string | null
  readonly instances: readonly RunningInstance[]
}

export type Migrated = {
  readonly applied: readonly MigrationRecord[]
  /** MIGRATION_FAILED with the database's own words; null where all were applied. */
  readonly failure: ShopctlError | null
}

/** What a person opens or types next. */
export type Directions = {
  readonly entry: string
  readonly docs: string
  /** The folder where mails are left instead of being sent; null where they are sent, or wait. */
  readonly mails: string | null
  /** Accounts that exist for trying out; none where real people sign in. */
  readonly logins: readonly { readonly role: string; readonly email: string; readonly password: string }[]
  /** Shell lines that work when pasted as they stand. */
  readonly examples: readonly string[]
}

/** One line of a service's log. */
export type LogLine = { readonly service: string; readonly instance: string; readonly text: string }

/** Words for the program of a service, as it runs in this release and with its settings. */
export type ServiceQuestion = {
  readonly service: string
  readonly release: ReleaseRecord
  readonly words: readonly string[]
}

export type LogRequest = {
  readonly services: readonly string[]
  readonly release: number | null
  /** Lines of the instance before the present one. */
  readonly previous: boolean
  readonly tailLines: number
  readonly follow: boolean
  readonly signal: AbortSignal
}

/**
 * Where a release runs. The flows in cli/flows/ know the order and nothing else; a platform knows how, and no order.
 * Every method that waits takes a signal and a deadline from its caller and throws ShopctlError only.
 */
export interface Platform {
  readonly name: 'local' | 'kubernetes'
  /** What is released as one here: every service of the shop, and its front door where that is released with them. */
  readonly services: readonly string[]
  /** When users come to a new release: all at once at `promote`, or pod by pod while it is applied. */
  readonly usersMove: 'at-promote' | 'during-apply'
  readonly releases: ReleaseStore
  readonly lock: LockStore

  /** Refuses where settings are missing that only people can give: before anything slow is begun. Changes nothing. */
  requireSettings?(signal: AbortSignal): Promise<void>
  /** Makes what will run from the source as it is, without touching the environment. Same source, same digest. */
  build(services: readonly string[], work: Work): Promise<readonly Artifact[]>
  /**
   * A verdict on each artifact, bound to its digest. Throws SCAN_BLOCKED (check-failed) where one may not be deployed.
   * Absent where what is built is not scanned.
   */
  scan?(artifacts: readonly Artifact[], work: Work): Promise<readonly ScanRecord[]>
  /** Brings the artifacts to where the environment fetches them from, and checks that they arrived. */
  push?(artifacts: readonly Artifact[], work: Work): Promise<void>
  /**
   * What a release of another environment runs, as this one would run it: each image looked up by its digest, none made.
   * Throws IMAGES_NOT_THERE (refused). Absent where only the source can be released.
   */
  findReleased?(release: ReleaseRecord, work: Work): Promise<readonly Artifact[]>
  /** Copies what was found elsewhere, by digest, to where the environment fetches it from. */
  copyReleased?(artifacts: readonly Artifact[], work: Work): Promise<void>
  /** Checks, and on the local platform starts, what a release stands on: database, cache, entry point. Idempotent. */
  prepare(work: Work): Promise<void>
  /** Renders what would be applied for these artifacts with the environment's present settings. Changes nothing. */
  render(artifacts: readonly Artifact[]): Promise<Rendered>
  /** Refuses what the environment would not take, before anything is changed: fields of another hand, foreign objects. */
  preflight?(wanted: Rendered, conflicts: Conflicts, signal: AbortSignal): Promise<void>
  /** Values that must never be printed, as far as they are known now. */
  secrets(): Promise<readonly string[]>
  /** What applying this set would lack, one sentence each: a bundle or an image that is gone, settings that are gone. */
  missing(services: ServiceSet): Promise<readonly string[]>
  /** Where what runs is not what the release's record says: another hand's doing. Absent where nobody else has one. */
  drift?(release: ReleaseRecord): Promise<readonly FieldDifference[]>
  /** What applying would change in what is there now, field by field. */
  compareLive?(wanted: Rendered, signal: AbortSignal): Promise<readonly FieldDifference[]>
  /** What this environment has and lacks, for `doctor`. */
  findings?(signal: AbortSignal): Promise<readonly Finding[]>
  /** Gives a port of this machine to the shop's entry until it is closed; 0 is any free one. */
  openEntry?(port: number, signal: AbortSignal): Promise<EntryPoint>
  /** Puts what was built into the local container engine and answers the names that it has there. */
  load?(artifacts: readonly Artifact[], work: Work): Promise<readonly string[]>
  /** What is up now. Answers within a second or throws UNREACHABLE (unknown). */
  running(): Promise<RunningState>

  /** Runs one service's migrations, expand only. What was applied before a failure stays applied and is told. */
  migrate(service: string, release: ReleaseRecord, signal: AbortSignal): Promise<Migrated>
  /**
   * What the migrations of a release applied whose shopctl was killed, once none of them goes on. Absent where they end
   * with the process that started them.
   */
  settleMigrations?(release: ReleaseRecord, signal: AbortSignal): Promise<readonly MigrationRecord[]>
  /** Loads data for trying out, the same however often. Absent where an environment has none. */
  seed?(release: ReleaseRecord, signal: AbortSignal): Promise<void>
  /** `entry` in place of the address that the platform would name. */
  directions(entry?: string): Promise<Directions>
  /** Brings up every service of the release; those that already run as wanted are left alone. */
  apply(release: ReleaseRecord, conflicts: Conflicts, signal: AbortSignal): Promise<void>
  /** Observations of the release until the signal aborts: one at once, then one for every change, at least one a second. */
  observe(release: ReleaseRecord, signal: AbortSignal): AsyncIterable<ReleaseObservation>
  /** What is known about a service that failed: collected before anything is undone. */
  collectEvidence(service: string, reason: string, release: ReleaseRecord): Promise<Evidence>
  /** Where this release answers, before and after users are moved to it. */
  entry(release: ReleaseRecord, signal: AbortSignal): Promise<EntryPoint>
  /** Moves users to this release, all services at once. Done when the entry point says so. */
  promote(release: ReleaseRecord, signal: AbortSignal): Promise<void>
  /**
   * Stops the services that do not belong to this release, after their requests have ended; null stops all of them.
   * What releases stand on stays.
   */
  retire(keep: ReleaseRecord | null, signal: AbortSignal): Promise<void>
  /** Stops everything; with `delete` also the databases and the history. */
  down(options: { readonly data: 'keep' | 'delete' }, signal: AbortSignal): Promise<void>

  logs(request: LogRequest): AsyncIterable<LogLine>

  /**
   * Starts the program of a service beside what serves, for one answer. Throws SERVICE_DID_NOT_ANSWER (unknown) with its
   * own words.
   */
  askService(question: ServiceQuestion, signal: AbortSignal): Promise<unknown>

  /**
   * The key by which a load test proves to the services that it may ask more often than a client; null where they have
   * none, as in prod, where no service starts with one.
   */
  loadTestKey(signal: AbortSignal): Promise<string | null>

  /** Starts load workers beside the shop. Absent where there is no machine but this one. */
  openLoadPods?(request: LoadPodsWish, signal: AbortSignal): Promise<LoadPods>

  /** Begins to show that a backup can be restored. Absent where backups are not ours but the provider's. */
  openBackupDrill?(): Promise<BackupDrill>
}
