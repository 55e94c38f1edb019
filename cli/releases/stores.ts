import type { ReleaseRecord } from './release.ts'

/**
 * A value with compare-and-swap: a numbered file on the local platform, a Lease on Kubernetes.
 * `version` is opaque; a write names the version that it replaces and loses if another came first.
 */
export type Versioned<Value> = { readonly value: Value; readonly version: string }

/** A moment on a clock that two observers can compare although the wall clock jumps. */
export type LockMoment = {
  readonly wall: string
  /** Identity of the boot of the holder's machine and seconds since then; null where that is not known. */
  readonly boot: { readonly id: string; readonly uptimeSeconds: number } | null
}

export type LockValue = {
  readonly holder: string
  readonly host: string
  readonly processId: number
  /** Tells a reused process id apart; opaque. */
  readonly processStart: string
  readonly reason: string
  readonly since: string
  readonly timeToLiveSeconds: number
  readonly renewed: LockMoment
  readonly released: boolean
}

export interface LockStore {
  /** Among many machines a host name proves nothing: two may have the same. */
  readonly sharedBy: 'one-machine' | 'many-machines'
  read(): Promise<Versioned<LockValue> | null>
  /** `replaces: null` creates. Answers the new version, or null where another writer came first. */
  write(value: LockValue, replaces: string | null): Promise<string | null>
}

export type SetAside = { readonly what: string; readonly why: string; readonly movedTo: string }

export interface ReleaseStore {
  /** Newest first. A record that cannot be read is set aside, named in `setAside`, and never stops the others. */
  list(): Promise<{ readonly records: readonly ReleaseRecord[]; readonly setAside: readonly SetAside[] }>
  /** The record, or null where there is none with this number. */
  read(number: number): Promise<ReleaseRecord | null>
  /**
   * Takes the next free number, also against a concurrent caller, and writes the record under it. A signal ends the
   * tries of a store that does not answer: a lock is lost, and what is written after that overwrites another's word.
   */
  create(record: Omit<ReleaseRecord, 'number'>, signal?: AbortSignal): Promise<ReleaseRecord>
  /** Replaces the record as a whole; a crash leaves the old or the new one. The signal is as for `create`. */
  update(record: ReleaseRecord, signal?: AbortSignal): Promise<void>
  /** Removes a record for good; does nothing where there is none. Its number is never used again. */
  remove(number: number): Promise<void>
}
