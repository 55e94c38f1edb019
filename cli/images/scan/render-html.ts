import { severities } from '../../releases/scan-record.ts'
import { escapeHtml } from '../../tools/escape-html.ts'
import { ageWords, judgementWords, plain, remedy, whatIsFound } from './finding-words.ts'
import { scanHeadline } from './render-table.ts'
import type { ScanDocument } from './scan-document.ts'
import type { JudgedFinding } from './scan-verdict.ts'

const escaped = (text: string): string => escapeHtml(plain(text))

const style = [
  'body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1c1c1c}',
  'table{border-collapse:collapse;width:100%}',
  'th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ddd}',
  '.blocks{background:#fff1f0}.CRITICAL,.HIGH{font-weight:600;color:#a8071a}',
].join('')

/** Only an address of the web becomes a link: a report is other people's text. */
const identifier = ({ id, url }: JudgedFinding): string =>
  url !== null && /^https?:\/\//.test(url) ? `<a href="${escaped(url)}">${escaped(id)}</a>` : escaped(id)

const row = (finding: JudgedFinding, scannedAt: string): string => {
  const cells = [
    identifier(finding),
    escaped(whatIsFound(finding)),
    escaped(finding.title),
    escaped(remedy(finding)),
    escaped(ageWords(finding, scannedAt)),
    escaped(judgementWords(finding)),
  ]
  const severity = `<td class="${finding.severity}">${finding.severity}</td>`
  return `<tr class="${finding.judgement}">${severity}${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

const facts = ({ digest, scanner, scannedAt, policyOf, missedTarget }: ScanDocument): readonly string[] => [
  ...(digest === null ? [] : [digest]),
  `Scanned ${scannedAt} by ${scanner.name} ${scanner.version}, database of ${scanner.database?.updatedAt ?? 'no date'}`,
  `Policy of ${policyOf}`,
  ...(missedTarget === null ? [] : [missedTarget]),
]

/** One page that loads nothing. */
export const renderHtml = (document: ScanDocument): string => {
  const { subject, counts, verdict, findings, scannedAt } = document
  const figures = severities.map((severity) => `<li>${severity}: ${counts[severity]}</li>`)
  const titles = ['Severity', 'Identifier', 'Found in', 'What', 'Remedy', 'Age', 'Judgement']
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}: ${verdict}</title>`,
    `<style>${style}</style></head><body>`,
    `<h1>${escaped(scanHeadline(document))}</h1>`,
    ...facts(document).map((fact) => `<p>${escaped(fact)}</p>`),
    `<ul>${figures.join('')}</ul>`,
    `<table><thead><tr>${titles.map((title) => `<th>${title}</th>`).join('')}</tr></thead><tbody>`,
    ...findings.map((finding) => row(finding, scannedAt)),
    '</tbody></table></body></html>',
    '',
  ].join('\n')
}
