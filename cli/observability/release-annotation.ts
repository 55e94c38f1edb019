import { releaseTags } from '../../observability/release-tags.ts'
import { serviceNames, services } from '../../services/registry.ts'
import type { ReleaseRecord } from '../releases/release.ts'

/** A stretch of time with words, as Grafana's `POST /api/annotations` takes it. */
export type Annotation = {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly timeEnd: number
  readonly tags: readonly string[]
  readonly text: string
}

/** What a release was, for who looks at a graph; `previous` is what users were on before, null where there was nothing. */
export const releaseAnnotation = (release: ReleaseRecord, previous: ReleaseRecord | null): Annotation => {
  const { startedAt, finishedAt, environment, state } = release
  const time = Date.parse(startedAt)
  return {
    time,
    timeEnd: finishedAt === null ? time : Date.parse(finishedAt),
    tags: [kindOf(release), environment, state, ...changedServices(release, previous)],
    text: [headline(release), sourceOf(release), `by ${release.who}`, release.why ?? ''].filter(Boolean).join('\n'),
  }
}

/** By what happened to users: a deploy that was taken back is a way back too. */
const kindOf = ({ kind, state }: ReleaseRecord): string =>
  kind === 'rollback' || state === 'rolled-back' || state === 'aborted' ? releaseTags.rollback : releaseTags.deploy

/** Long names, as graphs have them. Without a release before, all of them are new. */
const changedServices = (release: ReleaseRecord, previous: ReleaseRecord | null): readonly string[] =>
  serviceNames
    .filter((name) => release.services[name]?.digest !== previous?.services[name]?.digest)
    .map((name) => services[name].longName)

const headline = (release: ReleaseRecord): string => {
  const { number, environment, failure, previous } = release
  if (failure !== null) return failure.what
  const before = previous === null ? 'the first' : `before: ${previous}`
  return release.restores === null
    ? `Release ${number} of ${environment} deployed (${before})`
    : `${environment} rolled back to release ${release.restores}, as release ${number} (${before})`
}

const sourceOf = ({ commit, promotedFrom }: ReleaseRecord): string => {
  const promoted = promotedFrom === null ? [] : [`release ${promotedFrom.release} of ${promotedFrom.environment}`]
  const committed = commit === null ? [] : [`commit ${commit.sha.slice(0, 12)} ${commit.subject} (${commit.author})`]
  return [...promoted, ...committed].join(', ')
}
