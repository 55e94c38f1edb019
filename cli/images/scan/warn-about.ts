import type { Say } from './open-scanner.ts'
import type { ScanDocument } from './scan-document.ts'
import type { ScanPolicy } from './scan-policy.ts'

const dayMilliseconds = 86_400_000

const oldDatabase = (document: ScanDocument, { databaseMaximumAgeDays }: ScanPolicy): string | null => {
  const updatedAt = document.scanner.database?.updatedAt
  if (updatedAt === undefined) return null
  const days = Math.floor((Date.parse(document.scannedAt) - Date.parse(updatedAt)) / dayMilliseconds)
  if (days <= databaseMaximumAgeDays) return null
  return `${document.subject} was scanned with a vulnerability database that is ${days} days old.`
}

/** What does not block and should be known all the same. */
export const warnAbout = (document: ScanDocument, { policy, say }: { policy: ScanPolicy; say: Say }): void => {
  const { subject, expiredWaivers, missedTarget } = document
  const old = oldDatabase(document, policy)
  if (old !== null) say({ type: 'warning', message: old, fix: ['trivy image --download-db-only'] })
  for (const { id, expiresAt } of expiredWaivers) {
    const message = `The waiver for ${id} expired on ${expiresAt.slice(0, 10)} and does not hold for ${subject}.`
    say({ type: 'warning', message, fix: [] })
  }
  if (missedTarget !== null) say({ type: 'warning', message: `${subject}: ${missedTarget}`, fix: [] })
}
