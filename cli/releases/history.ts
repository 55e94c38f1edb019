import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { MigrationRecord, ReleaseRecord, ServiceRelease } from './release.ts'

/** Every function here takes the records of one environment, newest first, as a ReleaseStore lists them. */
type Records = readonly ReleaseRecord[]

type Pair = Pick<ServiceRelease, 'digest' | 'settingsHash'>

/** What users are on by the records: the newest that succeeded, a rollback like a deploy. */
export const currentRelease = (records: Records): ReleaseRecord | null =>
  records.find(({ state }) => state === 'succeeded') ?? null

/** The newest record that is still in progress. Whoever holds the lock knows that its process is gone. */
export const abandonedRelease = (records: Records): ReleaseRecord | null =>
  records.find(({ state }) => state === 'in-progress') ?? null

const samePair = (left: Pair | undefined, right: Pair | undefined): boolean =>
  left?.digest === right?.digest && left?.settingsHash === right?.settingsHash

/** Whether two releases run the same services with the same settings. */
export const sameServices = (left: ReleaseRecord, right: ReleaseRecord): boolean =>
  [...new Set([...Object.keys(left.services), ...Object.keys(right.services)])].every((service) =>
    samePair(left.services[service], right.services[service]),
  )

const byNumber = (records: Records, number: number | null): ReleaseRecord | undefined =>
  records.find((record) => record.number === number)

/** Where a release stands in the order of what was shipped: a rollback stands where the release stands that it restores. */
export const position = (records: Records, record: ReleaseRecord): number => {
  if (record.restores === null || record.restores >= record.number) return record.number
  const restored = byNumber(records, record.restores)
  return restored === undefined ? record.restores : position(records, restored)
}

/** Positions that a rollback left for an older release and that nobody chose again: a person found them bad. */
const leftBehind = (records: Records): ReadonlySet<number> => {
  const left = new Set<number>()
  for (const record of records.filter(({ state, kind }) => state === 'succeeded' && kind === 'rollback').toReversed()) {
    const to = position(records, record)
    const previous = byNumber(records, record.previous)
    const from = previous === undefined ? record.previous : position(records, previous)
    if (from !== null && from > to) left.add(from)
    left.delete(to)
  }
  return left
}

export type RollbackPath = {
  /** What users are on by the records. */
  readonly current: ReleaseRecord
  /** What is left: the current release, or a newer one whose state was never proven. */
  readonly leaving: ReleaseRecord
  readonly target: ReleaseRecord
}

type RollbackWish = {
  readonly environment: string
  /** null: the last release that succeeded before the current one. */
  readonly to: number | null
}

/** Neither proven nor taken back: some of it may be what users are on. */
export const isUnsettled = ({ state }: ReleaseRecord): boolean => state === 'unknown' || state === 'in-progress'

/**
 * Where a rollback goes. Never back and forth: after 42 → 41 the next one goes below 41, and a release that a rollback
 * has left is only taken where it is named. Throws NO_ROLLBACK_TARGET, RELEASE_NOT_FOUND, RELEASE_NEVER_SUCCEEDED or
 * RELEASE_ALREADY_CURRENT, all refused.
 */
export const rollbackTarget = (records: Records, wish: RollbackWish): RollbackPath => {
  const { environment, to } = wish
  const current = currentRelease(records)
  if (to !== null) return namedTarget(records, { environment, to, current })
  if (current === null) throw noTarget(environment, 'no release has succeeded here yet')

  const newest = records[0]
  if (newest !== undefined && isUnsettled(newest)) return { current, leaving: newest, target: current }

  const here = position(records, current)
  const left = leftBehind(records)
  const target = records
    .filter(({ state, number }) => state === 'succeeded' && number < current.number)
    .toSorted((first, second) => position(records, second) - position(records, first) || first.number - second.number)
    .find((candidate) => {
      const there = position(records, candidate)
      return there < here && !left.has(there) && !sameServices(candidate, current)
    })
  if (target !== undefined) return { current, leaving: current, target }
  throw noTarget(environment, `no other release succeeded before release ${here}`)
}

type NamedWish = { readonly environment: string; readonly to: number; readonly current: ReleaseRecord | null }

type NumberedWish = { readonly environment: string; readonly number: number }

/** The release with this number. Throws RELEASE_NOT_FOUND or RELEASE_NEVER_SUCCEEDED, both refused. */
export const releaseThatSucceeded = (records: Records, { environment, number }: NumberedWish): ReleaseRecord => {
  const history = toType(`history --env ${environment}`)
  const release = byNumber(records, number)
  if (release === undefined) {
    const numbers = records.map((record) => record.number).slice(0, 10)
    throw new ShopctlError({
      code: 'RELEASE_NOT_FOUND',
      outcome: 'refused',
      what: `There is no release ${number} in ${environment}; nothing was changed.`,
      why: [numbers.length === 0 ? 'there is no release at all' : `the newest are ${numbers.join(', ')}`],
      fix: [history],
    })
  }
  if (release.state === 'succeeded') return release
  throw new ShopctlError({
    code: 'RELEASE_NEVER_SUCCEEDED',
    outcome: 'refused',
    what: `Release ${number} never succeeded in ${environment}; nothing was changed.`,
    why: [`its record says "${release.state}"`, ...(release.failure === null ? [] : [release.failure.what])],
    fix: [toType(`history show ${number} --env ${environment}`), history],
  })
}

const namedTarget = (records: Records, { environment, to, ...wish }: NamedWish): RollbackPath => {
  const target = releaseThatSucceeded(records, { environment, number: to })
  const current = wish.current ?? target
  const leaving = records[0] !== undefined && isUnsettled(records[0]) ? records[0] : current
  if (sameServices(target, leaving)) {
    throw new ShopctlError({
      code: 'RELEASE_ALREADY_CURRENT',
      outcome: 'refused',
      what: `${environment} already runs what release ${to} holds; nothing was changed.`,
      why: [`release ${leaving.number} has the same digests and settings`],
      fix: [toType(`status --env ${environment}`), toType(`history --env ${environment}`)],
    })
  }
  return { current, leaving, target }
}

const noTarget = (environment: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'NO_ROLLBACK_TARGET',
    outcome: 'refused',
    what: `There is nothing to roll back to in ${environment}; nothing was changed.`,
    why: [why],
    fix: [toType(`history --env ${environment}`)],
  })

export type RefusedService = { readonly service: string; readonly release: number; readonly reason: string }

type Wanted = Pair & Pick<ServiceRelease, 'manifest'>

/**
 * Services that were found bad here: culprit of an unhealthy release with this digest, these settings and this manifest
 * (what failed for its size may come again with another one), or left by a manual rollback. The newest verdict counts:
 * what has succeeded since, by --force, is good again.
 */
export const refusedServices = (
  records: Records,
  services: Readonly<Record<string, Wanted>>,
): readonly RefusedService[] =>
  Object.entries(services).flatMap(([service, wanted]) => {
    for (const record of records) {
      const verdict = verdictOn(records, record, { service, wanted })
      if (verdict === 'good') return []
      if (verdict !== null) return [{ service, release: verdict.release, reason: verdict.reason }]
    }
    return []
  })

type Question = { readonly service: string; readonly wanted: Wanted }
type Verdict = 'good' | { readonly release: number; readonly reason: string } | null

/** What one record says about a service as it is wanted; null where it says nothing. */
const verdictOn = (records: Records, record: ReleaseRecord, { service, wanted }: Question): Verdict => {
  const has = (other: ReleaseRecord | undefined) => samePair(other?.services[service], wanted)
  const hasWhole = has(record) && isDeepStrictEqual(record.services[service]?.manifest, wanted.manifest)
  if (record.state === 'succeeded') {
    if (hasWhole) return 'good'
    const left = byNumber(records, record.previous)
    const wentBack = left !== undefined && position(records, record) < position(records, left)
    if (record.kind !== 'rollback' || !wentBack || !has(left)) return null
    const why = record.why === null ? '' : `: ${record.why}`
    return { release: left.number, reason: `rolled back by ${record.who} in release ${record.number}${why}` }
  }
  if (!record.culprits.includes(service) || !hasWhole) return null
  const kept = record.evidence.find((evidence) => evidence.service === service)
  return { release: record.number, reason: kept?.reason ?? record.failure?.why[0] ?? 'it was unhealthy' }
}

const newestLike = (records: Records, target: ReleaseRecord): number =>
  records.find((record) => record.state === 'succeeded' && sameServices(record, target))?.number ?? target.number

/**
 * Migrations that cannot be undone and that came after the target last ran healthy, also from releases that failed:
 * a migration stays. Services that are the same on both sides already run on the migrated database.
 */
export const irreversibleBetween = (
  records: Records,
  target: ReleaseRecord,
  current: ReleaseRecord,
): readonly MigrationRecord[] => {
  const provenUpTo = newestLike(records, target)
  const since = records.filter(({ number }) => number > provenUpTo)
  return irreversibleOf(since, (service) => !samePair(target.services[service], current.services[service]))
}

/** Each migration of these that cannot be undone once, the oldest first, of the services that would change. */
export const irreversibleOf = (records: Records, changes: (service: string) => boolean): readonly MigrationRecord[] =>
  records
    .flatMap(({ migrations }) => migrations)
    .filter(({ reversible, service }) => !reversible && changes(service))
    .filter(({ service, name }, index, all) => {
      return all.findIndex((other) => other.service === service && other.name === name) === index
    })
    .toReversed()
