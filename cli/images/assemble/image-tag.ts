import { digestOf } from './content.ts'

/** Raised when the same bundle and base shall give another image: another user, path, environment or argument. */
const imageRecipe = 1

/**
 * The tag under which a registry is asked whether an image exists before anything is built. It depends on what runs and
 * on nothing else: an image also says in its labels which commit it was first built from, and its digest follows from
 * them, so only the registry makes "same source, same digest" true for every machine and every later commit. Who finds
 * the tag takes the digest behind it; a tag is never moved to another digest.
 */
export const imageTag = (bundleDigest: string, baseDigest: string): string =>
  `b-${digestOf([bundleDigest, baseDigest, imageRecipe].join('\n')).slice('sha256:'.length, 'sha256:'.length + 32)}`
