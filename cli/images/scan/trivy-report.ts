import { z } from 'zod'
import { severities } from '../../releases/scan-record.ts'

const optionalText = z.string().nullish()
/** A word that is none of these fails the parse: a severity of tomorrow must not pass as a harmless one. */
const severity = z.enum(severities).nullish()
const identifier = z.object({ PURL: optionalText }).nullish()

export const trivyVulnerability = z.object({
  VulnerabilityID: z.string().min(1),
  PkgName: z.string().min(1),
  InstalledVersion: optionalText,
  FixedVersion: optionalText,
  PkgPath: optionalText,
  PkgIdentifier: identifier,
  Severity: severity,
  Title: optionalText,
  Description: optionalText,
  PrimaryURL: optionalText,
  PublishedDate: optionalText,
})

export const trivyMisconfiguration = z.object({
  ID: z.string().min(1),
  Title: optionalText,
  Message: optionalText,
  Resolution: optionalText,
  Severity: severity,
  PrimaryURL: optionalText,
  Status: optionalText,
  CauseMetadata: z.object({ StartLine: z.int().nullish() }).nullish(),
})

/** `Code` and `Match` are not read: the lines around a finding can show another secret unmasked. */
export const trivySecret = z.object({
  RuleID: z.string().min(1),
  Title: optionalText,
  Severity: severity,
  StartLine: z.int().nullish(),
})

const modifiedFinding = z.object({
  Type: z.string(),
  Status: optionalText,
  Statement: optionalText,
  Source: optionalText,
  Finding: z.unknown(),
})

const packageSchema = z.object({
  Name: z.string(),
  Version: optionalText,
  Identifier: identifier,
  Licenses: z.array(z.string()).nullish(),
})

const result = z.object({
  Target: z.string(),
  Class: optionalText,
  Type: optionalText,
  Packages: z.array(packageSchema).nullish(),
  Vulnerabilities: z.array(trivyVulnerability).nullish(),
  Misconfigurations: z.array(trivyMisconfiguration).nullish(),
  Secrets: z.array(trivySecret).nullish(),
  ExperimentalModifiedFindings: z.array(modifiedFinding).nullish(),
})

/** Trivy's JSON as far as it is read here; it may hold more. */
export const trivyReport = z.object({
  SchemaVersion: z.literal(2),
  ArtifactName: z.string().min(1),
  ArtifactType: z.string().min(1),
  Results: z.array(result).nullish(),
})

export type TrivyReport = z.infer<typeof trivyReport>
export type TrivyResult = z.infer<typeof result>
export type ModifiedFinding = z.infer<typeof modifiedFinding>
