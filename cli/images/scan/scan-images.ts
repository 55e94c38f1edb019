import { ShopctlError } from '../../errors/shopctl-error.ts'
import { countOfNothing, type ScanRecord } from '../../releases/scan-record.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import { openScanner, type Say, type Scanner } from './open-scanner.ts'
import { recordOf } from './record-of.ts'
import { type ScanPolicy, scanPolicyOf } from './scan-policy.ts'
import { scanSubject } from './scan-subject.ts'
import type { Variables } from './trivy-calls.ts'
import { keepVerdict, readVerdict } from './verdict-cache.ts'
import { readWaivers, type Waiver } from './waivers.ts'
import { warnAbout } from './warn-about.ts'
import { reportFormats, writeReports } from './write-reports.ts'

export type ImageToScan = {
  readonly service: string
  /** Of the index or the manifest, as it will be deployed. */
  readonly digest: string
  /** An OCI layout that holds the digest. */
  readonly layoutDirectory: string
}

export type ScanImagesMeans = {
  readonly environment: string
  readonly requirement: 'required' | 'where-installed'
  readonly runTool: RunTool
  readonly reportsDirectory: string
  /** Databases and verdicts; shared by all environments of a machine. */
  readonly cacheDirectory: string
  readonly waiversFile: string
  /** This command line's environment; a few variables of it reach the scanner, none with a credential. */
  readonly variables: Variables
  readonly now: () => Date
  readonly say: Say
  readonly signal: AbortSignal
}

type Judging = { readonly policy: ScanPolicy; readonly waivers: readonly Waiver[]; readonly now: Date }

const isMissing = (error: unknown): error is ShopctlError =>
  error instanceof ShopctlError && error.code === 'TOOL_MISSING'

/** Null where there is none and none is needed. */
const scannerFor = async (subject: string, means: ScanImagesMeans): Promise<Scanner | null> => {
  try {
    return await openScanner({ ...means, subject }, { database: 'needed' })
  } catch (error) {
    if (!isMissing(error) || means.requirement === 'required') throw error
    const message = 'The images are not scanned: trivy is not on this machine.'
    means.say({ type: 'warning', message, fix: [...error.fix] })
    return null
  }
}

const notScanned = ({ service, digest }: ImageToScan, now: Date): ScanRecord => ({
  service,
  digest,
  verdict: 'not-scanned',
  scanner: null,
  scannedAt: now.toISOString(),
  counts: countOfNothing,
  waived: [],
  blocking: [],
  report: null,
  why: 'trivy is not on this machine',
})

const scanImage = async (
  image: ImageToScan,
  { means, scanner, judging }: { means: ScanImagesMeans; scanner: Scanner; judging: Judging },
): Promise<ScanRecord> => {
  const { service, digest, layoutDirectory } = image
  const { environment, runTool, signal, reportsDirectory, cacheDirectory, say } = means
  const document = await scanSubject(
    { name: service, digest, target: { kind: 'image', path: layoutDirectory } },
    { ...judging, scanner, policyOf: environment, runTool, signal },
  )
  const { table } = await writeReports(document, { directory: reportsDirectory, formats: reportFormats })
  warnAbout(document, { policy: judging.policy, say })
  const record = recordOf(document, { digest, report: table ?? null })
  await keepVerdict(record, { ...judging, directory: cacheDirectory, digest })
  return record
}

const sayUnused = (records: readonly ScanRecord[], { judging, say }: { judging: Judging; say: Say }): void => {
  const used = new Set(records.flatMap(({ waived }) => waived))
  const unused = judging.waivers.filter(({ kind, id, paths }) => {
    return kind === 'vulnerability' && paths.length === 0 && !used.has(id)
  })
  if (unused.length === 0) return
  const ids = unused.map(({ id }) => id).join(', ')
  say({ type: 'notice', message: `No image needs the waivers for ${ids} any more.` })
}

/**
 * A verdict for each image, at the same time; one of the last day under the same policy and waivers is taken again.
 * Blocked images are an answer: `refuseUnscanned` makes the refusal of it.
 * Throws TOOL_MISSING (only where a scan is required), SCANNER_REFUSED, WAIVERS_REFUSED or SCAN_FAILED.
 */
export const scanImages = async (
  images: readonly ImageToScan[],
  means: ScanImagesMeans,
): Promise<readonly ScanRecord[]> => {
  const now = means.now()
  const waivers = await readWaivers(means.waiversFile)
  const judging = { policy: scanPolicyOf(means.environment), waivers, now }
  const known = await Promise.all(
    images.map(async (image) => {
      const kept = await readVerdict({ ...judging, directory: means.cacheDirectory, digest: image.digest })
      return { image, kept }
    }),
  )
  const asked = known.filter(({ kept }) => kept === null).map(({ image }) => image.service)
  const scanner = asked.length === 0 ? null : await scannerFor(asked.join(', '), means)
  const records = await Promise.all(
    known.map(async ({ image, kept }) => {
      if (kept !== null) return { ...kept, service: image.service }
      return scanner === null ? notScanned(image, now) : scanImage(image, { means, scanner, judging })
    }),
  )
  if (scanner !== null) sayUnused(records, { judging, say: means.say })
  return records
}
