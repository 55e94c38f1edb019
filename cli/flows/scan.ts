import { join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { digestOfLayout } from '../images/scan/layout-images.ts'
import { openScanner, type Say } from '../images/scan/open-scanner.ts'
import type { ScanDocument } from '../images/scan/scan-document.ts'
import { type ScanKind, scanPolicyOf } from '../images/scan/scan-policy.ts'
import { type Subject, scanSubject } from '../images/scan/scan-subject.ts'
import type { Variables } from '../images/scan/trivy-calls.ts'
import { readWaivers, type Waiver } from '../images/scan/waivers.ts'
import { warnAbout } from '../images/scan/warn-about.ts'
import { type ReportFiles, type ReportFormat, writeReports } from '../images/scan/write-reports.ts'
import { runTool } from '../tools/run-tool.ts'
import type { RunTool } from '../tools/tool-call.ts'

export type ScanFlowRequest = {
  readonly kind: ScanKind | 'all'
  /** The folder to scan; the repository where it is left out. For an image an OCI layout. */
  readonly path: string | null
  /** An image by its name. */
  readonly image: string | null
  /** The environment whose policy judges. */
  readonly policyOf: string
  readonly formats: readonly ReportFormat[]
  readonly repository: string
  readonly variables: Variables
  readonly say: Say
  readonly now: Date
  readonly signal: AbortSignal
  readonly run?: RunTool
}

export type ScanResult = {
  readonly verdict: 'passed' | 'blocked'
  readonly scans: readonly { readonly document: ScanDocument; readonly files: ReportFiles }[]
  /** Hold, and cover nothing in any of these scans. */
  readonly unusedWaivers: readonly Waiver[]
}

const imageMissing = (): ShopctlError =>
  new ShopctlError({
    code: 'IMAGE_MISSING',
    outcome: 'usage',
    what: 'Which image? Nothing was scanned.',
    why: ['An image is named by --image REFERENCE, or by --path and the folder of an OCI layout.'],
  })

const nameOf = (reference: string): string => reference.replace(/@.*$/, '').split('/').at(-1) ?? reference

const imageSubject = async ({ path, image }: ScanFlowRequest): Promise<Subject> => {
  if (image !== null) return { name: nameOf(image), digest: null, target: { kind: 'image', reference: image } }
  if (path === null) throw imageMissing()
  const name = path.split('/').filter(Boolean).at(-1) ?? 'image'
  return { name, digest: await digestOfLayout(path), target: { kind: 'image', path } }
}

const folderKinds = ['fs', 'secrets', 'config'] as const
const names = { fs: 'dependencies', secrets: 'secrets', config: 'configuration' } as const

const subjectsOf = async (request: ScanFlowRequest): Promise<readonly Subject[]> => {
  const { kind, image, repository } = request
  if (kind === 'image') return [await imageSubject(request)]
  const path = request.path ?? repository
  const folders = folderKinds
    .filter((one) => kind === 'all' || kind === one)
    .map((one) => ({ name: names[one], digest: null, target: { kind: one, path } }))
  return kind === 'all' && image !== null ? [...folders, await imageSubject(request)] : folders
}

const keyOf = ({ kind, id }: Pick<Waiver, 'kind' | 'id'>): string => `${kind} ${id}`

/** Those that some scan could have used and none did. */
const unusedInAll = (documents: readonly ScanDocument[]): readonly Waiver[] => {
  const used = new Set(documents.flatMap(({ waived }) => waived.map(keyOf)))
  const unused = documents.flatMap(({ unusedWaivers }) => unusedWaivers).filter((waiver) => !used.has(keyOf(waiver)))
  return [...new Map(unused.map((waiver) => [keyOf(waiver), waiver])).values()]
}

/** Scans one after the other, writes the reports of each and says whether all of them passed. Changes nothing else. */
export const scan = async (request: ScanFlowRequest): Promise<ScanResult> => {
  const { policyOf, repository, variables, say, now, signal, run = runTool } = request
  const waivers = await readWaivers(join(repository, '.trivyignore.yaml'))
  const subjects = await subjectsOf(request)
  const database = subjects.some(({ target }) => target.kind === 'image' || target.kind === 'fs')
  const scanner = await openScanner(
    {
      subject: subjects.map(({ name }) => name).join(', '),
      runTool: run,
      cacheDirectory: join(repository, '.shopctl', 'scan'),
      variables,
      say,
      signal,
    },
    { database: database ? 'needed' : 'not needed' },
  )
  const policy = scanPolicyOf(policyOf)
  const scans: { document: ScanDocument; files: ReportFiles }[] = []
  for (const subject of subjects) {
    say({ type: 'notice', message: `Scanning ${subject.name} (${subject.target.kind}).` })
    const document = await scanSubject(subject, { policy, policyOf, waivers, now, scanner, runTool: run, signal })
    const files = await writeReports(document, { directory: join(repository, 'reports'), formats: request.formats })
    warnAbout(document, { policy, say })
    scans.push({ document, files })
  }
  const blocked = scans.some(({ document }) => document.verdict === 'blocked')
  const unusedWaivers = unusedInAll(scans.map(({ document }) => document))
  return { verdict: blocked ? 'blocked' : 'passed', scans, unusedWaivers }
}
