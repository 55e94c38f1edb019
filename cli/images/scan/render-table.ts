import { severities } from '../../releases/scan-record.ts'
import { ageWords, clipped, judgementWords, remedy, whatIsFound } from './finding-words.ts'
import type { ScanDocument } from './scan-document.ts'
import type { JudgedFinding } from './scan-verdict.ts'
import type { Waiver } from './waivers.ts'

const columns = 80
const indent = '          '

const lines = (finding: JudgedFinding, scannedAt: string): readonly string[] => {
  const facts = [remedy(finding), ageWords(finding, scannedAt)].filter((word) => word !== '').join('; ')
  return [
    `${finding.severity.padEnd(indent.length)}${finding.id}  ${whatIsFound(finding)}`,
    `${indent}${facts}`,
    `${indent}${finding.title}`,
    ...(finding.judgement === 'tolerated' ? [] : [`${indent}${judgementWords(finding)}`]),
  ]
}

const indented = (line: string): string => {
  const start = line.startsWith(indent) ? indent : ''
  return `${start}${clippedKeepingGaps(line.slice(start.length), columns - start.length)}`
}

/** Gaps between columns are kept; everything in them was made plain before. */
const clippedKeepingGaps = (line: string, width: number): string =>
  line.split(/ {2,}/).reduce((whole, part, index) => {
    const gap = index === 0 ? '' : index === 1 ? ' '.repeat(Math.max(2, indent.length - whole.length)) : '  '
    return whole + gap + clipped(part, Math.max(1, width - whole.length - gap.length))
  }, '')

const waiverLine = ({ kind, id, expiresAt }: Waiver, word: string): string =>
  `${word} waiver for the ${kind} ${id} (until ${expiresAt.slice(0, 10)})`

/** One line: subject, verdict and figures. */
export const scanHeadline = ({ subject, kind, verdict, counts, waived }: ScanDocument): string => {
  const figures = severities.map((severity) => `${counts[severity]} ${severity}`).join(', ')
  return `${subject} (${kind}): ${verdict}; ${figures}; ${waived.length} waived`
}

/** For people: at most 80 columns, worst first, with what to do and for how long it has been known. */
export const renderTable = (document: ScanDocument): string => {
  const { scanner, scannedAt, digest, findings, expiredWaivers, unusedWaivers, missedTarget } = document
  const database = scanner.database === null ? '' : `, database of ${scanner.database.updatedAt}`
  return [
    scanHeadline(document),
    ...(digest === null ? [] : [digest]),
    `${scannedAt} by ${scanner.name} ${scanner.version}${database}; policy of ${document.policyOf}`,
    ...findings.flatMap((finding) => ['', ...lines(finding, scannedAt).map(indented)]),
    '',
    ...(findings.length === 0 ? ['Nothing was found.'] : []),
    ...expiredWaivers.map((waiver) => waiverLine(waiver, 'Expired')),
    ...unusedWaivers.map((waiver) => waiverLine(waiver, 'Unused')),
    ...(missedTarget === null ? [] : [missedTarget]),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}
