import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Artifact, Platform, Rendered } from '../platforms/platform.ts'
import type { ReadAncestry } from '../releases/read-ancestry.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'

export type SameSourceRequest = {
  readonly release: ReleaseRecord
  /** What is checked out here. */
  readonly here: Commit | null
  readonly ancestry: ReadAncestry
  /** Where the release runs. */
  readonly platform: Pick<Platform, 'render'>
  readonly forced: string
}

const shortSha = (sha: string): string => sha.slice(0, 12)

/** Null where release and checkout are one commit without changes of their own. */
const difference = (there: Commit | null, here: Commit | null): string | null => {
  if (there === null) return 'its record names no commit'
  if (there.dirty) return `it was made of ${shortSha(there.sha)} and of changes that no commit has`
  if (here === null) return 'there is no commit here'
  if (here.sha !== there.sha) return `it was made of ${shortSha(there.sha)}, and here is ${shortSha(here.sha)}`
  return here.dirty ? `here is ${shortSha(here.sha)} with changes that no commit has` : null
}

type Reason = { readonly why: string; readonly first: readonly string[] }

/**
 * Null where the release's commit is in the history of what is checked out, or nothing says what it is. Equal manifests
 * do not show it: with its own digests in them, a release of code that came later renders the same.
 */
const otherHistory = async ({ release, here, ancestry }: SameSourceRequest): Promise<Reason | null> => {
  const there = release.commit
  if (there === null || there.sha === here?.sha) return null
  const found = await ancestry(there.sha)
  if (found === 'in-history') return null
  const sha = shortSha(there.sha)
  return found === 'unknown'
    ? { why: `this clone does not hold ${sha}`, first: ['git fetch --tags'] }
    : { why: `${sha} is not in the history of what is checked out here`, first: [] }
}

const artifactsOf = ({ services }: ReleaseRecord): readonly Artifact[] =>
  Object.entries(services).map(([service, { digest, migrationsHash }]) => {
    return { service, digest, migrationsHash, bytes: 0, cached: true }
  })

const objectsOf = ({ services, shared }: Rendered) => ({
  shared,
  services: Object.fromEntries(Object.entries(services).map(([service, { manifest }]) => [service, manifest])),
})

/** Null where its manifests come out as they are recorded, else why not. */
const otherManifests = async ({ release, platform }: SameSourceRequest): Promise<Reason | null> => {
  try {
    const rendered = await platform.render(artifactsOf(release))
    if (isDeepStrictEqual(objectsOf(rendered), objectsOf(release))) return null
    return { why: 'its manifests come out otherwise here', first: [] }
  } catch (error) {
    if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
    return { why: `its manifests could not be rendered here: ${error.message}`, first: [] }
  }
}

/**
 * Digests fix what runs, but the manifests around them are rendered by what is checked out here. Goes on where that is
 * the commit of the release, or came after it and renders the release as it was tested: a commit that changes nothing
 * of it is not released anew. Throws SOURCE_DIFFERS (refused).
 */
export const requireSameSource = async (request: SameSourceRequest): Promise<void> => {
  const { release, here, forced } = request
  const commits = difference(release.commit, here)
  if (commits === null) return
  const reason = (await otherHistory(request)) ?? (await otherManifests(request))
  if (reason === null) return
  const { commit, environment, number } = release
  throw new ShopctlError({
    code: 'SOURCE_DIFFERS',
    outcome: 'refused',
    what: `What is checked out here is not what release ${number} of ${environment} was made of; nothing was changed.`,
    why: [commits, reason.why],
    fix: [
      ...(commit === null || commit.dirty
        ? [toType(`deploy --env ${environment}`)]
        : commit.sha === here?.sha
          ? ['git stash']
          : [...reason.first, `git checkout ${commit.sha}`]),
      forced,
    ],
  })
}
