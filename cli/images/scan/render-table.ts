import { wrapWords } from '../../output/wrap-words.ts'
import { severities } from '../../releases/scan-record.ts'
import { ageWords, clipped, judgementWords, plain, remedy, whatIsFound } from './finding-words.ts'
import type { ScanDocument } from './scan-document.ts'
import type { JudgedFinding } from './scan-verdict.ts'
import type { Waiver } from './waivers.ts'

const columns = 80
const indent = '          '

const wrapped = (text: string, first = ''): string => wrapWords(plain(text), { first, rest: first, columns })

const lines = (finding: JudgedFinding, scannedAt: string): readonly string[] => {
  const facts = [remedy(finding), ageWords(finding, scannedAt)].filter((word) => word !== '').join('; ')
  return [
    `${finding.severity.padEnd(indent.length)}${clipped(`${finding.id} in ${whatIsFound(finding)}`, columns - indent.length)}`,
    wrapped(facts, indent),
    `${indent}${clipped(finding.title, columns - indent.length)}`,
    ...(finding.judgement === 'tolerated' ? [] : [wrapped(judgementWords(finding), indent)]),
  ]
}

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
    wrapped(scanHeadline(document)),
    ...(digest === null ? [] : [digest]),
    wrapped(`${scannedAt} by ${scanner.name} ${scanner.version}${database}; policy of ${document.policyOf}`),
    ...findings.flatMap((finding) => ['', ...lines(finding, scannedAt)]),
    '',
    ...(findings.length === 0 ? ['Nothing was found.'] : []),
    ...expiredWaivers.map((waiver) => wrapped(waiverLine(waiver, 'Expired'))),
    ...unusedWaivers.map((waiver) => wrapped(waiverLine(waiver, 'Unused'))),
    ...(missedTarget === null ? [] : [wrapped(missedTarget)]),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}
