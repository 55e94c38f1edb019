import { type Severity, type SeverityCounts, severities } from '../../releases/scan-record.ts'

export type FindingKind = 'vulnerability' | 'misconfiguration' | 'secret'

/** One thing that a scanner found, in words that no scanner owns. Never holds a line of the scanned file. */
export type Finding = {
  readonly kind: FindingKind
  /** `CVE-2019-14697`, `DS-0002`, `aws-access-key-id`. */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** The file, or the image and its operating system. */
  readonly target: string
  readonly line: number | null
  readonly package: { readonly name: string; readonly version: string; readonly purl: string | null } | null
  /** Path of the package inside an image. */
  readonly path: string | null
  readonly fixedVersion: string | null
  readonly publishedAt: string | null
  /** What to do, where the scanner knows. */
  readonly resolution: string | null
  readonly url: string | null
  /** Why the scanner itself left it out (VEX and the like); null where it did not. */
  readonly suppressed: string | null
}

export type Package = {
  readonly name: string
  readonly version: string
  readonly purl: string | null
  readonly type: string
  readonly licenses: readonly string[]
}

export const countBySeverity = (findings: readonly Pick<Finding, 'severity'>[]): SeverityCounts => {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length
  return {
    CRITICAL: count('CRITICAL'),
    HIGH: count('HIGH'),
    MEDIUM: count('MEDIUM'),
    LOW: count('LOW'),
    UNKNOWN: count('UNKNOWN'),
  }
}

const sortKey = (finding: Finding): string =>
  [severities.indexOf(finding.severity), finding.package?.name ?? '', finding.id, finding.target, finding.line].join(
    '\t',
  )

/** Worst first, then by package and identifier, so that two scans of the same thing give the same order. */
export const worstFirst = <Some extends Finding>(findings: readonly Some[]): readonly Some[] =>
  findings.toSorted((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1))

const identity = ({ kind, id, target, package: of, path, line }: Finding): string =>
  [kind, id, target, of?.name, of?.version, path, line].join('\t')

/** Each finding once, also where several platforms of an image have it. */
export const distinctFindings = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [identity(finding), finding])).values(),
]
