import type { Severity } from '../../releases/scan-record.ts'
import { plain, remedy, whatIsFound } from './finding-words.ts'
import type { ScanDocument } from './scan-document.ts'
import type { JudgedFinding } from './scan-verdict.ts'

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  CRITICAL: 'error',
  HIGH: 'error',
  MEDIUM: 'warning',
  LOW: 'note',
  UNKNOWN: 'note',
}

/** How code hosts sort security results: a figure out of ten, as text. */
const figures: Readonly<Record<Severity, string>> = {
  CRITICAL: '9.5',
  HIGH: '8.0',
  MEDIUM: '5.5',
  LOW: '2.0',
  UNKNOWN: '0.0',
}

const rule = (finding: JudgedFinding) => ({
  id: finding.id,
  shortDescription: { text: plain(finding.title) },
  ...(finding.url === null ? {} : { helpUri: finding.url }),
  defaultConfiguration: { level: levels[finding.severity] },
  properties: { 'security-severity': figures[finding.severity], tags: ['security', finding.kind] },
})

/** A URI may not have spaces, and an image's target has some. */
const uriOf = (target: string): string => target.split('/').map(encodeURIComponent).join('/')

const suppression = ({ judgement, reason }: JudgedFinding) =>
  judgement === 'waived' || judgement === 'suppressed'
    ? { suppressions: [{ kind: 'external', justification: reason ?? judgement }] }
    : {}

const result = (finding: JudgedFinding, ruleIndex: number) => ({
  ruleId: finding.id,
  ruleIndex,
  level: levels[finding.severity],
  message: { text: plain(`${whatIsFound(finding)}: ${finding.title} (${remedy(finding)})`) },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(finding.target) },
        region: { startLine: Math.max(1, finding.line ?? 1) },
      },
    },
  ],
  ...suppression(finding),
})

/** SARIF 2.1.0, for code hosts and editors. */
export const renderSarif = ({ subject, scanner, findings }: ScanDocument): string => {
  const rules = [...new Map(findings.map((finding) => [finding.id, rule(finding)])).values()]
  const run = {
    tool: {
      driver: {
        name: scanner.name,
        version: scanner.version,
        informationUri: 'https://github.com/aquasecurity/trivy',
        rules,
      },
    },
    automationDetails: { id: `shopctl-scan/${encodeURIComponent(subject)}/` },
    results: findings.map((finding) =>
      result(
        finding,
        rules.findIndex(({ id }) => id === finding.id),
      ),
    ),
  }
  const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}
