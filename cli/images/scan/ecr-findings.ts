import { z } from 'zod'
import { severities } from '../../releases/scan-record.ts'
import { distinctFindings, type Finding } from './findings.ts'

/** Basic scans know `INFORMATIONAL` and `UNDEFINED`, enhanced ones `UNTRIAGED`: none of them is a rating. */
const severityOf = (word: string | null | undefined): Finding['severity'] =>
  severities.find((one) => one === word) ?? (word === 'INFORMATIONAL' ? 'LOW' : 'UNKNOWN')

const optionalText = z.string().nullish()

const basicFinding = z.object({
  name: z.string().min(1),
  description: optionalText,
  uri: optionalText,
  severity: optionalText,
  attributes: z.array(z.object({ key: z.string(), value: optionalText })).nullish(),
})

const vulnerablePackage = z.object({
  name: z.string(),
  version: optionalText,
  filePath: optionalText,
  fixedInVersion: optionalText,
})

const enhancedFinding = z.object({
  title: optionalText,
  description: optionalText,
  severity: optionalText,
  status: optionalText,
  packageVulnerabilityDetails: z
    .object({
      vulnerabilityId: z.string().min(1),
      sourceUrl: optionalText,
      vendorCreatedAt: z.date().nullish(),
      vulnerablePackages: z.array(vulnerablePackage).nullish(),
    })
    .nullish(),
})

/** The answer of `DescribeImageScanFindings`, as far as it is read here. */
const answer = z.object({
  imageScanStatus: z.object({ status: z.string(), description: optionalText }),
  imageScanFindings: z
    .object({
      findings: z.array(basicFinding).nullish(),
      enhancedFindings: z.array(enhancedFinding).nullish(),
    })
    .nullish(),
})

type Place = { readonly subject: string }

const common = { kind: 'vulnerability', line: null, resolution: null, suppressed: null } as const

const fromBasic = (found: z.infer<typeof basicFinding>, { subject }: Place): Finding => {
  const attribute = (name: string) => found.attributes?.find(({ key }) => key === name)?.value ?? null
  const name = attribute('package_name')
  return {
    ...common,
    id: found.name,
    severity: severityOf(found.severity),
    title: found.description ?? found.name,
    target: subject,
    package: name === null ? null : { name, version: attribute('package_version') ?? '', purl: null },
    path: null,
    fixedVersion: attribute('patched_version'),
    publishedAt: null,
    url: found.uri ?? null,
  }
}

const fromEnhanced = (found: z.infer<typeof enhancedFinding>, { subject }: Place): readonly Finding[] => {
  const details = found.packageVulnerabilityDetails
  if (details == null || found.status === 'CLOSED') return []
  return (details.vulnerablePackages ?? []).map((one) => ({
    ...common,
    id: details.vulnerabilityId,
    severity: severityOf(found.severity),
    title: found.title ?? found.description ?? details.vulnerabilityId,
    target: subject,
    package: { name: one.name, version: one.version ?? '', purl: null },
    path: one.filePath ?? null,
    // Inspector says `NotAvailable` in words.
    fixedVersion: one.fixedInVersion && one.fixedInVersion !== 'NotAvailable' ? one.fixedInVersion : null,
    publishedAt: details.vendorCreatedAt?.toISOString() ?? null,
    url: details.sourceUrl ?? null,
  }))
}

const finished = ['COMPLETE', 'ACTIVE']

/**
 * What the registry's own scan found, in the words of the gate, or null where that scan has not come to an end.
 * Takes one answer of the registry's API, whole; `subject` is the service.
 */
export const ecrFindings = (response: unknown, place: Place): readonly Finding[] | null => {
  const { imageScanStatus, imageScanFindings } = answer.parse(response)
  if (!finished.includes(imageScanStatus.status)) return null
  return distinctFindings([
    ...(imageScanFindings?.findings ?? []).map((found) => fromBasic(found, place)),
    ...(imageScanFindings?.enhancedFindings ?? []).flatMap((found) => fromEnhanced(found, place)),
  ])
}
