import type { InstallationFacts } from '../../../stacks/installations.ts'

export type SupportEnd = {
  readonly what: string
  readonly version: string
  readonly supportedUntil: string
  /** Negative: it is over. */
  readonly daysLeft: number
  readonly source: string
}

const warnDays = 90
const day = 24 * 60 * 60 * 1000

/** How long each version of an installation is still supported, soonest first. */
export const versionSupport = (installation: InstallationFacts, now: Date): readonly SupportEnd[] => {
  const { kubernetes, postgres, redis } = installation
  const versions = [
    { what: 'Kubernetes', ...kubernetes },
    { what: 'PostgreSQL', ...postgres },
    { what: 'Redis', ...redis },
  ]
  return versions
    .map(({ what, version, supportedUntil, source }) => ({
      what,
      version,
      supportedUntil,
      daysLeft: Math.floor((Date.parse(supportedUntil) - now.getTime()) / day),
      source,
    }))
    .toSorted((left, right) => left.daysLeft - right.daysLeft)
}

/** Those whose support ends soon, or has. */
export const supportEnds = (installation: InstallationFacts, now: Date): readonly SupportEnd[] =>
  versionSupport(installation, now).filter(({ daysLeft }) => daysLeft <= warnDays)
