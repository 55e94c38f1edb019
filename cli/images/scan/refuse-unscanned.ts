import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { ScanRecord } from '../../releases/scan-record.ts'

const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 12)

const named = (records: readonly ScanRecord[]): string =>
  records.map(({ service, digest }) => `${service}'s image ${shortDigest(digest)}`).join(', ')

/**
 * Throws SCAN_BLOCKED (exit 5) where an image is blocked, or has no verdict although the environment requires one.
 * Before anything is changed.
 */
export const refuseUnscanned = (records: readonly ScanRecord[], requirement: 'required' | 'where-installed'): void => {
  const unscanned = requirement === 'required' ? records.filter(({ verdict }) => verdict === 'not-scanned') : []
  const blocked = [...records.filter(({ verdict }) => verdict === 'blocked'), ...unscanned]
  if (blocked.length === 0) return
  const verb = blocked.length === 1 ? 'is' : 'are'
  throw new ShopctlError({
    code: 'SCAN_BLOCKED',
    outcome: 'check-failed',
    what: `${named(blocked)} ${verb} blocked by the scan; nothing was changed.`,
    why: [
      ...blocked.map(({ service, why }) => `${service}: ${why ?? 'no reason was recorded'}`),
      'What is no danger here can be waived in .trivyignore.yaml, with a statement and an expired_at.',
    ],
    fix: blocked.flatMap(({ report }) => (report === null ? [] : [`cat ${quoteWord(report)}`])),
  })
}
