import type { ScanRecord } from '../../releases/scan-record.ts'
import type { Package } from './findings.ts'
import type { ScanKind } from './scan-policy.ts'
import type { ScanVerdict } from './scan-verdict.ts'

/** The one result of a scan; every report is rendered from it and nothing else. */
export type ScanDocument = ScanVerdict & {
  readonly schema: 'shopctl.scan/1'
  readonly subject: string
  readonly kind: ScanKind
  /** Of an image; null for folders. */
  readonly digest: string | null
  /** The environment whose policy judged. */
  readonly policyOf: string
  readonly scanner: ScanRecord['scanner'] & {}
  readonly scannedAt: string
  readonly packages: readonly Package[]
}
