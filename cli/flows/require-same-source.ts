import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Artifact, Platform, Rendered } from '../platforms/platform.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'

export type SameSourceRequest = {
  readonly release: ReleaseRecord
  /** What is checked out here. */
  readonly here: Commit | null
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

const artifactsOf = ({ services }: ReleaseRecord): readonly Artifact[] =>
  Object.entries(services).map(([service, { digest, migrationsHash }]) => {
    return { service, digest, migrationsHash, bytes: 0, cached: true }
  })

const objectsOf = ({ services, shared }: Rendered) => ({
  shared,
  services: Object.fromEntries(Object.entries(services).map(([service, { manifest }]) => [service, manifest])),
})

/** Null where its manifests come out as they are recorded, else why not. */
const otherManifests = async ({ release, platform }: SameSourceRequest): Promise<string | null> => {
  try {
    const rendered = await platform.render(artifactsOf(release))
    return isDeepStrictEqual(objectsOf(rendered), objectsOf(release)) ? null : 'its manifests come out otherwise here'
  } catch (error) {
    if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') throw error
    return `its manifests could not be rendered here: ${error.message}`
  }
}

/**
 * Digests fix what runs, but the manifests around them are rendered by what is checked out here. Goes on where that is
 * the commit of the release, or renders the release as it was tested: a commit that changes nothing of it is not
 * released anew. Throws SOURCE_DIFFERS (refused).
 */
export const requireSameSource = async (request: SameSourceRequest): Promise<void> => {
  const { release, here, forced } = request
  const commits = difference(release.commit, here)
  if (commits === null) return
  const manifests = await otherManifests(request)
  if (manifests === null) return
  const { commit, environment, number } = release
  throw new ShopctlError({
    code: 'SOURCE_DIFFERS',
    outcome: 'refused',
    what: `What is checked out here is not what release ${number} of ${environment} was made of; nothing was changed.`,
    why: [commits, manifests],
    fix: [
      ...(commit === null || commit.dirty
        ? [toType(`deploy --env ${environment}`)]
        : commit.sha === here?.sha
          ? ['git stash']
          : [`git checkout ${commit.sha}`]),
      forced,
    ],
  })
}
