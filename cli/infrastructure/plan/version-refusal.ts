import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { PlanVerdict, ResourceChange } from '../plan-verdict.ts'
import { type Asked, asPlan } from './gate-words.ts'

type SkippedVersion = {
  readonly address: string
  readonly from: string
  readonly to: string
  /** The version to go to first; null where the way would be down. */
  readonly next: string | null
}

const minorOf = (version: string | null): { readonly major: number; readonly minor: number } | null => {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  return major === undefined || minor === undefined ? null : { major: Number(major), minor: Number(minor) }
}

/** Clusters that would go down, or up by more than one minor version: AWS refuses both, but only in the middle of an apply. */
const skippedVersions = (changes: readonly ResourceChange[]): readonly SkippedVersion[] =>
  changes
    .filter(({ type, kind }) => type === 'aws_eks_cluster' && kind === 'update')
    .flatMap(({ address, attributes }) => {
      const { from = null, to = null } = attributes.find(({ path }) => path === 'version') ?? {}
      const [was, will] = [minorOf(from), minorOf(to)]
      if (was === null || will === null || from === null || to === null) return []
      const steps = will.minor - was.minor + (will.major - was.major) * 1000
      if (steps === 0 || steps === 1) return []
      return [{ address, from, to, next: steps < 0 ? null : `${was.major}.${was.minor + 1}` }]
    })

export const versionRefusal = ({ changes }: PlanVerdict, asked: Asked): ShopctlError | null => {
  const [skipped] = skippedVersions(changes)
  if (skipped === undefined) return null
  return new ShopctlError({
    code: 'CLUSTER_VERSION_SKIPPED',
    outcome: 'refused',
    what: `The cluster of ${asked.environment} cannot go from ${skipped.from} to ${skipped.to} at once; nothing was changed.`,
    why: [
      'EKS goes up by one minor version at a time, and never down.',
      ...(skipped.next === null ? [] : [`The version to set in stacks/installations.ts first is ${skipped.next}.`]),
    ],
    fix: [asPlan(asked)],
  })
}
