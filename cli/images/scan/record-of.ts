import type { ScanRecord } from '../../releases/scan-record.ts'
import { remedy, whatIsFound } from './finding-words.ts'
import type { ScanDocument } from './scan-document.ts'

const blockingAtMost = 20

const distinct = (words: readonly string[]): string[] => [...new Set(words)]

/** What a release keeps of a scan. */
export const recordOf = (
  document: ScanDocument,
  { digest, report }: { digest: string; report: string | null },
): ScanRecord => {
  const { subject, verdict, scanner, scannedAt, counts, waived, blocking } = document
  const [worst] = blocking
  const more = blocking.length > 1 ? ` and ${blocking.length - 1} more` : ''
  return {
    service: subject,
    digest,
    verdict,
    scanner,
    scannedAt,
    counts,
    waived: distinct(waived.map(({ id }) => id)),
    blocking: distinct(blocking.map(({ id }) => id)).slice(0, blockingAtMost),
    report,
    why:
      worst === undefined ? null : `${worst.severity} ${worst.id} in ${whatIsFound(worst)} (${remedy(worst)})${more}`,
  }
}
