import { ageInWords } from '../output/words-for-time.ts'
import type { MigrationRecord, ReleaseRecord } from './release.ts'

/** One side of a comparison, in the words that are shown. */
export type ReleaseFacts = {
  readonly release: number
  readonly commit: string | null
  readonly subject: string | null
  readonly author: string | null
  readonly who: string
  readonly why: string | null
  readonly finishedAt: string | null
  readonly age: string
}

export type ServiceComparison = {
  readonly service: string
  readonly change: 'same' | 'changed' | 'added' | 'removed'
  readonly digest: { readonly from: string | null; readonly to: string | null }
  readonly settings: 'same' | 'changed'
}

export type ReleaseComparison = {
  readonly from: ReleaseFacts
  readonly to: ReleaseFacts
  readonly services: readonly ServiceComparison[]
  /** Applied by the releases between the two, oldest first; a rollback does not undo them. */
  readonly migrationsBetween: readonly (MigrationRecord & { readonly release: number })[]
}

type ComparisonContext = { readonly records: readonly ReleaseRecord[]; readonly now: Date }

/** Two releases side by side, as they are shown before a rollback. */
export const compareReleases = (
  from: ReleaseRecord,
  to: ReleaseRecord,
  { records, now }: ComparisonContext,
): ReleaseComparison => {
  const services = [...new Set([...Object.keys(from.services), ...Object.keys(to.services)])].sort()
  const older = Math.min(from.number, to.number)
  const newer = Math.max(from.number, to.number)
  return {
    from: factsOf(from, now),
    to: factsOf(to, now),
    services: services.map((service) => compareService(service, { from, to })),
    migrationsBetween: records
      .filter(({ number }) => number > older && number <= newer)
      .toSorted((left, right) => left.number - right.number)
      .flatMap(({ number, migrations }) => migrations.map((migration) => ({ ...migration, release: number }))),
  }
}

const factsOf = (record: ReleaseRecord, now: Date): ReleaseFacts => ({
  release: record.number,
  commit: record.commit === null ? null : `${record.commit.sha}${record.commit.dirty ? ' (with local changes)' : ''}`,
  subject: record.commit?.subject ?? null,
  author: record.commit?.author ?? null,
  who: record.who,
  why: record.why,
  finishedAt: record.finishedAt,
  age: ageInWords(record.finishedAt ?? record.startedAt, now),
})

type Sides = { readonly from: ReleaseRecord; readonly to: ReleaseRecord }

const compareService = (service: string, { from, to }: Sides): ServiceComparison => {
  const before = from.services[service]
  const after = to.services[service]
  const settings = before?.settingsHash === after?.settingsHash ? 'same' : 'changed'
  const same = before?.digest === after?.digest && settings === 'same'
  const changed = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  return {
    service,
    change: same ? 'same' : changed,
    digest: { from: before?.digest ?? null, to: after?.digest ?? null },
    settings,
  }
}
