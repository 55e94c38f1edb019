import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'

/**
 * The scanner's releases that are trusted. 0.69.4 to 0.69.6 were published by somebody who had stolen the project's
 * credentials and steal those of whoever runs them (GHSA-69fq-xp46-6x23, CVE-2026-33634; March 2026). Older ones than
 * 0.69.2 were deleted by their project then and do not know every flag that is given here.
 */
export const trustedScanner = {
  from: [0, 69, 2],
  below: [1, 0, 0],
  malicious: ['0.69.4', '0.69.5', '0.69.6'],
  recommended: '0.70.0',
  advisory: 'https://github.com/aquasecurity/trivy/security/advisories/GHSA-69fq-xp46-6x23',
} as const

const versionSchema = z.object({
  Version: z.string().min(1),
  VulnerabilityDB: z.object({ UpdatedAt: z.iso.datetime({ offset: true }) }).nullish(),
})

export type ScannerVersion = { readonly version: string; readonly databaseUpdatedAt: string | null }

/** What `trivy version --format json` says. Throws SyntaxError or ZodError where that is something else. */
export const parseScannerVersion = (text: string): ScannerVersion => {
  const { Version, VulnerabilityDB } = versionSchema.parse(JSON.parse(text))
  const updatedAt = VulnerabilityDB?.UpdatedAt
  return {
    version: Version.replace(/^v/, ''),
    databaseUpdatedAt: updatedAt === undefined ? null : new Date(updatedAt).toISOString(),
  }
}

const refused = (version: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'SCANNER_REFUSED',
    outcome: 'refused',
    what: `trivy ${version} is not trusted; nothing was scanned and nothing was changed.`,
    why,
    fix: ['command -v trivy', `brew install trivy  # or another way to ${trustedScanner.recommended}`],
  })

const isBefore = (left: readonly number[], right: readonly number[]): boolean => {
  const at = left.findIndex((part, index) => part !== right[index])
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0)
}

/** Throws SCANNER_REFUSED for a known-malicious release and for one outside of the range that was tried. */
export const refuseUntrusted = (version: string): void => {
  const [, number] = /^(\d+\.\d+\.\d+)(?:[-+].*)?$/.exec(version) ?? []
  if (number === undefined) throw refused(version, ['It does not say which release it is.'])
  if (trustedScanner.malicious.some((bad) => bad === number)) {
    throw refused(version, [
      `Release ${number} is known to be malicious: it steals credentials. See ${trustedScanner.advisory}`,
      'Take it off this machine, and replace every secret that this machine could read.',
    ])
  }
  const parts = number.split('.').map(Number)
  const { from, below } = trustedScanner
  if (isBefore(parts, from) || !isBefore(parts, below)) {
    throw refused(version, [`Releases from ${from.join('.')} and below ${below.join('.')} are trusted.`])
  }
}
