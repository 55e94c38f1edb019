import type { z } from 'zod'
import { distinctFindings, type Finding, type Package } from './findings.ts'
import {
  type ModifiedFinding,
  type TrivyResult,
  trivyMisconfiguration,
  trivyReport,
  trivySecret,
  trivyVulnerability,
} from './trivy-report.ts'

export type ParsedReport = {
  readonly findings: readonly Finding[]
  readonly packages: readonly Package[]
  /** Results by class, as `os-pkgs`, `lang-pkgs`, `config`: what the scanner recognised, clean or not. */
  readonly recognised: readonly string[]
}

/** `subject` is what people call what was scanned; the report has the path that it was scanned at. */
export type ReportRequest = { readonly subject: string }

type Place = { readonly target: string; readonly suppressed: string | null }

const words = (...texts: readonly (string | null | undefined)[]): string => texts.find((text) => text) ?? ''
const orNull = (text: string | null | undefined): string | null => (text ? text : null)

const fromVulnerability = (found: z.infer<typeof trivyVulnerability>, place: Place): Finding => ({
  ...place,
  kind: 'vulnerability',
  id: found.VulnerabilityID,
  severity: found.Severity ?? 'UNKNOWN',
  title: words(found.Title, found.Description, found.VulnerabilityID),
  line: null,
  package: {
    name: found.PkgName,
    version: found.InstalledVersion ?? '',
    purl: orNull(found.PkgIdentifier?.PURL),
  },
  path: orNull(found.PkgPath),
  fixedVersion: orNull(found.FixedVersion),
  publishedAt: orNull(found.PublishedDate),
  resolution: null,
  url: orNull(found.PrimaryURL),
})

const withoutPackage = { package: null, path: null, fixedVersion: null, publishedAt: null } as const

const fromMisconfiguration = (found: z.infer<typeof trivyMisconfiguration>, place: Place): Finding => ({
  ...place,
  ...withoutPackage,
  kind: 'misconfiguration',
  id: found.ID,
  severity: found.Severity ?? 'UNKNOWN',
  title: words(found.Message, found.Title, found.ID),
  line: found.CauseMetadata?.StartLine ?? null,
  resolution: orNull(found.Resolution),
  url: orNull(found.PrimaryURL),
})

const fromSecret = (found: z.infer<typeof trivySecret>, place: Place): Finding => ({
  ...place,
  ...withoutPackage,
  kind: 'secret',
  id: found.RuleID,
  severity: found.Severity ?? 'UNKNOWN',
  title: words(found.Title, found.RuleID),
  line: found.StartLine ?? null,
  resolution: 'revoke it where it was issued, then remove it from the file and its history',
  url: null,
})

const fromModified = ({ Type, Status, Statement, Finding }: ModifiedFinding, target: string): readonly Finding[] => {
  const place = { target, suppressed: words(Statement, Status, 'no reason given') }
  if (Type === 'vulnerability') return [fromVulnerability(trivyVulnerability.parse(Finding), place)]
  if (Type === 'misconfiguration') return [fromMisconfiguration(trivyMisconfiguration.parse(Finding), place)]
  if (Type === 'secret') return [fromSecret(trivySecret.parse(Finding), place)]
  return []
}

const findingsOf = (result: TrivyResult, target: string): readonly Finding[] => {
  const place = { target, suppressed: null }
  const failed = (result.Misconfigurations ?? []).filter(({ Status }) => Status !== 'PASS' && Status !== 'EXCEPTION')
  return [
    ...(result.Vulnerabilities ?? []).map((found) => fromVulnerability(found, place)),
    ...failed.map((found) => fromMisconfiguration(found, place)),
    ...(result.Secrets ?? []).map((found) => fromSecret(found, place)),
    ...(result.ExperimentalModifiedFindings ?? []).flatMap((found) => fromModified(found, target)),
  ]
}

const packagesOf = (result: TrivyResult): readonly Package[] =>
  (result.Packages ?? []).map((found) => ({
    name: found.Name,
    version: found.Version ?? '',
    purl: orNull(found.Identifier?.PURL),
    type: result.Type ?? '',
    licenses: found.Licenses ?? [],
  }))

/** Trivy's JSON as findings and packages. Throws SyntaxError or ZodError where it is not the whole of a report. */
export const parseReport = (text: string, { subject }: ReportRequest): ParsedReport => {
  const report = trivyReport.parse(JSON.parse(text))
  const results = report.Results ?? []
  const targetOf = ({ Target }: TrivyResult): string =>
    Target.startsWith(report.ArtifactName) ? Target.replace(report.ArtifactName, subject) : Target
  return {
    findings: distinctFindings(results.flatMap((result) => findingsOf(result, targetOf(result)))),
    packages: results.flatMap(packagesOf),
    recognised: results.flatMap(({ Class }) => (Class ? [Class] : [])),
  }
}
