import { join } from 'node:path'
import type { RunTool } from '../../tools/tool-call.ts'
import { distinctFindings } from './findings.ts'
import { type LayoutImage, layoutImages, writeSingleLayout } from './layout-images.ts'
import type { Scanner } from './open-scanner.ts'
import type { ParsedReport } from './parse-report.ts'
import { runScan } from './run-scan.ts'
import type { ScanDocument } from './scan-document.ts'
import type { ScanKind } from './scan-policy.ts'
import { type Judging, scanVerdict } from './scan-verdict.ts'
import type { ScanTarget } from './trivy-calls.ts'
import type { Waiver } from './waivers.ts'
import { withScratch } from './with-scratch.ts'

export type Subject = {
  /** What people call it, and the name of its reports. */
  readonly name: string
  readonly target: ScanTarget
  /** Of an image in a layout: what of it is scanned, proven against the content. */
  readonly digest: string | null
}

export type SubjectMeans = Judging & {
  readonly scanner: Scanner
  readonly policyOf: string
  readonly runTool: RunTool
  readonly signal: AbortSignal
}

/** Which waivers a kind of scan can use at all; another kind's are not "unused" here. */
const concerns: Readonly<Record<ScanKind, readonly Waiver['kind'][]>> = {
  image: ['vulnerability', 'secret'],
  fs: ['vulnerability'],
  config: ['misconfiguration'],
  secrets: ['secret'],
}

type Layout = { readonly name: string; readonly digest: string; readonly layout: string }

const scanPlatform = async (
  image: LayoutImage,
  { name, layout, scanner, runTool, signal }: Layout & SubjectMeans,
): Promise<ParsedReport> =>
  withScratch(async (scratch) => {
    const path = join(scratch, 'image')
    await writeSingleLayout(path, { layout, image })
    const subject = `${name} (${image.platform})`
    const report = await runScan(scanner, { subject, target: { kind: 'image', path }, runTool, signal })
    // Under one name: what all platforms have is one finding.
    const findings = report.findings.map((found) => ({ ...found, target: found.target.replace(subject, name) }))
    return { ...report, findings }
  })

/** Every platform of a digest is scanned, one after the other; one bad platform is a bad image. */
const scanLayout = async (layout: Layout, means: SubjectMeans): Promise<ParsedReport> => {
  const reports: ParsedReport[] = []
  for (const image of await layoutImages(layout.layout, layout)) {
    reports.push(await scanPlatform(image, { ...means, ...layout }))
  }
  return {
    findings: distinctFindings(reports.flatMap(({ findings }) => findings)),
    packages: reports.flatMap(({ packages }) => packages),
    recognised: reports.flatMap(({ recognised }) => recognised),
  }
}

const scanTarget = async (subject: Subject, means: SubjectMeans): Promise<ParsedReport> => {
  const { name, target, digest } = subject
  if (digest !== null && 'path' in target) return scanLayout({ name, digest, layout: target.path }, means)
  return runScan(means.scanner, { subject: name, target, runTool: means.runTool, signal: means.signal })
}

/** Scans one thing and judges what was found. Throws SCAN_FAILED where there is no verdict. */
export const scanSubject = async (subject: Subject, means: SubjectMeans): Promise<ScanDocument> => {
  const { findings, packages } = await scanTarget(subject, means)
  const { scanner, policyOf, policy, now } = means
  const { kind } = subject.target
  const waivers = means.waivers.filter((waiver) => concerns[kind].includes(waiver.kind))
  const { name, version, databaseUpdatedAt } = scanner
  return {
    schema: 'shopctl.scan/1',
    subject: subject.name,
    kind,
    digest: subject.digest,
    policyOf,
    scanner: { name, version, database: databaseUpdatedAt === null ? null : { updatedAt: databaseUpdatedAt } },
    scannedAt: now.toISOString(),
    packages,
    ...scanVerdict(findings, { policy, waivers, now }),
  }
}
